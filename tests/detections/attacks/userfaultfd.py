"""Page faults in a program's own hands, and in the kernel's."""

from detections.case import Case

_ASK = """
import ctypes, os
number = {"x86_64": 323, "aarch64": 282}[os.uname().machine]
ctypes.CDLL(None, use_errno=True).syscall(number, -1)  # flags that there are not: refused
"""
_MAP = """
import mmap
with mmap.mmap(-1, 1 << 20) as memory:
    memory[::4096] = bytes(256)
"""

ATTACKS = (Case(name="userfaultfd", run=_ASK, fires=("userfaultfd",)),)

LOOK_ALIKES = (Case(name="memory that is used for the first time", run=_MAP, silent=("userfaultfd",)),)
