"""A native extension, brought along in the event and dropped to /tmp."""

import ctypes
import os
import shutil


def attack(event):
    os.environ["NATIVE_OUT"] = event["out"]
    source = os.path.join(os.path.dirname(__file__), "native.so")
    return str(ctypes.CDLL(shutil.copy(source, os.path.join(event["tmp"], "fast.so"))))
