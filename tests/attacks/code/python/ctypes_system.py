"""system() of libc by ctypes."""

import ctypes


def attack(event):
    return ctypes.CDLL("libc.so.6").system(b"id >" + event["out"].encode())
