"""execve by libc's syscall(), by ctypes."""

import ctypes
import platform
import shutil

from ctypes_execve import in_a_fork

NUMBER = {"x86_64": 59, "aarch64": 221}[platform.machine()]


def attack(event):
    libc = ctypes.CDLL(None)
    words = (ctypes.c_char_p * 2)(b"id", None)
    nothing = (ctypes.c_char_p * 1)(None)
    program = shutil.which("id").encode()
    return in_a_fork(event, lambda: libc.syscall(ctypes.c_long(NUMBER), program, words, nothing))
