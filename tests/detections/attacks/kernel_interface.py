"""Parts of the kernel that exploits ask for."""

import platform

from detections.case import Case

_CALL = """
import ctypes, os
number = {"x86_64": {x86}, "aarch64": {arm}}[os.uname().machine]
ctypes.CDLL(None, use_errno=True).syscall(number, -1, None, 0)
"""


def _call(x86: int, arm: int) -> str:
    return _CALL.replace("{x86}", str(x86)).replace("{arm}", str(arm))


_PERSONALITY = """
import ctypes
ctypes.CDLL(None, use_errno=True).personality(0x0040000)  # ADDR_NO_RANDOMIZE
"""
_LOG = """
import ctypes
ctypes.CDLL(None, use_errno=True).klogctl(10, None, 0)  # SYSLOG_ACTION_SIZE_BUFFER
"""
_X32 = """
import ctypes
ctypes.CDLL(None, use_errno=True).syscall(0x40000000 | 39)  # getpid as x32 has it
"""

_ORDINARY = """
import ctypes, mmap, os, syslog
libc = ctypes.CDLL(None, use_errno=True)
assert libc.personality(0xFFFFFFFF) >= 0  # what it is
assert libc.personality(libc.personality(0xFFFFFFFF) | 0x0800000) >= 0  # ADDR_LIMIT_32BIT
os.close(libc.inotify_init1(0))
syslog.syslog("words for whoever listens at /dev/log")
mmap.mmap(-1, 4096).close()
os.sched_yield()
os.getrandom(8)
"""

ATTACKS = (
    Case(name="bpf", run=_call(321, 280), fires=("kernel-interface",)),
    Case(name="open_by_handle_at", run=_call(304, 265), fires=("kernel-interface",)),
    Case(name="keyctl", run=_call(250, 219), fires=("kernel-interface",)),
    Case(name="fanotify_init", run=_call(300, 262), fires=("kernel-interface",)),
    Case(name="addresses without chance", run=_PERSONALITY, fires=("kernel-interface",)),
    Case(name="the size of the kernel's log", run=_LOG, fires=("kernel-interface",)),
    *(
        [Case(name="a call of x32", run=_X32, fires=("kernel-interface",))]
        if platform.machine() == "x86_64"
        else []
    ),
)

LOOK_ALIKES = (
    Case(
        name="ordinary calls, some of like names",
        run=_ORDINARY,
        silent=("kernel-interface",),
    ),
)
