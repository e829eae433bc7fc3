"""For other attacks: where libc's code lies in its file, and in memory, and how it is put back as it was."""

import ctypes
import os
import struct

SIZE = 32
"""Bytes of an entry point that are put back: more than anybody patches."""


class Information(ctypes.Structure):
    _fields_ = [
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    ]


def library_of(address):
    """The file and base of the library an address lies in."""
    found = Information()
    ctypes.CDLL(None).dladdr(ctypes.c_void_p(address), ctypes.byref(found))
    return found.file.decode(), found.base


def address_of(name):
    """Of a function of libc itself, in memory."""
    return ctypes.cast(getattr(ctypes.CDLL("libc.so.6"), name), ctypes.c_void_p).value


def libc_path():
    return os.path.realpath(library_of(address_of("abs"))[0])


def offset_of(name):
    """Of a function of libc in its file. (Its text is mapped at the offset it has there.)"""
    return address_of(name) - library_of(address_of("abs"))[1]


def original(name):
    """The bytes the function begins with, in the file."""
    with open(libc_path(), "rb") as file:
        file.seek(offset_of(name))
        return file.read(SIZE)


def page_of(address):
    return address & ~4095


def errno_or(result):
    return "errno %d" % ctypes.get_errno() if result in (-1, 0xFFFFFFFFFFFFFFFF) else "done"


def segments(path):
    """Loadable segments of an ELF file: type 1 only; (flags, offset, address, bytes in file, in memory)."""
    with open(path, "rb") as file:
        head = file.read(64)
        at, size, count = struct.unpack_from("<Q14xHH", head, 32)
        for number in range(count):
            file.seek(at + number * size)
            kind, flags, offset, address, _, in_file, in_memory = struct.unpack_from(
                "<IIQQQQQ", file.read(size)
            )
            if kind == 1:
                yield flags, offset, address, in_file, in_memory
