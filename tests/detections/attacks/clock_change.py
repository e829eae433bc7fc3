"""The clock set, and read, and set by whom a policy lets."""

from supervised import policy

from detections.case import Case

_SET = """
import time
try:
    time.clock_settime(time.CLOCK_MONOTONIC, 0)  # the one that cannot be set: refused
except OSError:
    pass
"""
_OLD_SET = """
import ctypes, os
number = {"x86_64": 164, "aarch64": 170}[os.uname().machine]
ctypes.CDLL(None, use_errno=True).syscall(number, ctypes.c_void_p(8), None)  # no address: refused
"""
_PACE = """
import ctypes
ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512))  # all 0: what it is
"""
_READ = """
import time
time.time(), time.localtime(), time.clock_gettime(time.CLOCK_BOOTTIME), time.tzset()
time.clock_getres(time.CLOCK_REALTIME), time.sleep(0.001)
"""


def _let() -> bytes:
    """A policy of a container that keeps the time."""
    return policy("block", {"kind": "syscall", "name": "clock_settime"}, report=True, syscall="block")


ATTACKS = (
    Case(name="clock_settime", run=_SET, fires=("clock-change",)),
    Case(name="settimeofday", run=_OLD_SET, fires=("clock-change",)),
    Case(name="its pace", run=_PACE, fires=("clock-change",)),
)

LOOK_ALIKES = (
    Case(name="it is read", run=_READ, silent=("clock-change",)),
    Case(name="a policy lets it be set, as for chrony", run=_SET, policy=_let, silent=("clock-change",)),
)
