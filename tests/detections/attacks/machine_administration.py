"""What a machine's owner does, with words that the kernel refuses; and what ends a container as it should."""

from detections.case import Case

_CALL = """
import ctypes, os
number = {"x86_64": {x86}, "aarch64": {arm}}[os.uname().machine]
assert ctypes.CDLL(None, use_errno=True).syscall(number, {words}) == -1
"""
_ORDINARY = """
import os, resource, shutil, signal
shutil.disk_usage("/")
os.statvfs("/")
resource.getrusage(resource.RUSAGE_SELF)
resource.getrlimit(resource.RLIMIT_FSIZE)
os.kill(os.getpid(), 0)
with open("/proc/swaps") as file:
    file.read()
"""


def _call(name: str, x86: int, arm: int, words: str) -> Case:
    run = _CALL.replace("{x86}", str(x86)).replace("{arm}", str(arm)).replace("{words}", words)
    return Case(name=name, run=run, fires=("machine-administration",))


ATTACKS = (
    _call("reboot, with a number that is not the right one", 169, 142, "0, 0, 0, None"),
    _call("swapoff of nothing", 168, 225, "None"),
    _call("swapon of nothing", 167, 224, "None, -1"),
    _call("accounting into no file", 163, 89, "ctypes.c_void_p(8)"),
    _call("quotas of no file system", 179, 60, "-1, None, 0, None"),
    _call("quotas by a descriptor", 443, 443, "-1, -1, 0, None"),
)

LOOK_ALIKES = (
    Case(name="room, limits and swap are asked for", run=_ORDINARY, silent=("machine-administration",)),
)
