"""A module is tried to be loaded, and modules of another kind are."""

from detections.case import Case

_LOAD = """
import ctypes, os
number = {"x86_64": {x86}, "aarch64": {arm}}[os.uname().machine]  # of nothing, from nowhere: refused
ctypes.CDLL(None, use_errno=True).syscall(number, {first}, 0, None, 0, 0)
"""


def _load(x86: int, arm: int, first: str) -> str:
    return _LOAD.replace("{x86}", str(x86)).replace("{arm}", str(arm)).replace("{first}", first)


_IMPORT = """
import ctypes, pathlib, sqlite3
ctypes.CDLL("libc.so.6")
pathlib.Path("/lib/modules").exists()
"""

ATTACKS = (
    Case(name="init_module", run=_load(175, 105, "None"), fires=("kernel-module",)),
    Case(name="finit_module", run=_load(313, 273, "-1"), fires=("kernel-module",)),
    Case(name="kexec_file_load", run=_load(320, 294, "-1"), fires=("kernel-module",)),
)

LOOK_ALIKES = (Case(name="a library is loaded", run=_IMPORT, silent=("kernel-module",)),)
