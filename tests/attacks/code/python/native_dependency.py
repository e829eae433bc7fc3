"""A dependency's native extension acts when it is loaded."""

import ctypes
import os


def attack(event):
    os.environ["NATIVE_OUT"] = event["out"]
    return str(ctypes.CDLL(os.path.join(os.path.dirname(__file__), "native.so")))
