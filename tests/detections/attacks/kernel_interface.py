"""Parts of the kernel that exploits ask for."""

from detections.case import Case

_CALL = """
import ctypes, os
number = {"x86_64": {x86}, "aarch64": {arm}}[os.uname().machine]
ctypes.CDLL(None, use_errno=True).syscall(number, -1, None, 0)
"""


def _call(x86: int, arm: int) -> str:
    return _CALL.replace("{x86}", str(x86)).replace("{arm}", str(arm))


_ORDINARY = """
import mmap, os
mmap.mmap(-1, 4096).close()
os.sched_yield()
os.getrandom(8)
"""

ATTACKS = (
    Case(name="bpf", run=_call(321, 280), fires=("kernel-interface",)),
    Case(name="open_by_handle_at", run=_call(304, 265), fires=("kernel-interface",)),
    Case(name="keyctl", run=_call(250, 219), fires=("kernel-interface",)),
)

LOOK_ALIKES = (Case(name="ordinary calls", run=_ORDINARY, silent=("kernel-interface",)),)
