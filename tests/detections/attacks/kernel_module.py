"""A module is tried to be loaded, and modules of another kind are."""

from detections.case import Case

_LOAD = """
import ctypes, os
number = {"x86_64": 175, "aarch64": 105}[os.uname().machine]  # init_module, of nothing at nowhere: refused
ctypes.CDLL(None, use_errno=True).syscall(number, None, 0, None)
"""
_IMPORT = """
import ctypes, pathlib, sqlite3
ctypes.CDLL("libc.so.6")
pathlib.Path("/lib/modules").exists()
"""

ATTACKS = (Case(name="init_module", run=_LOAD, fires=("kernel-module",)),)

LOOK_ALIKES = (Case(name="a library is loaded", run=_IMPORT, silent=("kernel-module",)),)
