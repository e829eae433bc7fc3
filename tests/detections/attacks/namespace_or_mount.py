"""Walls are moved, or only looked at."""

from detections.case import Case

_MOUNT = """
import ctypes
ctypes.CDLL(None, use_errno=True).mount(b"none", b"/nonexistent", b"tmpfs", 0, None)
"""
_CALL = """
import ctypes, os
number = {"x86_64": {x86}, "aarch64": {arm}}[os.uname().machine]
ctypes.CDLL(None, use_errno=True).syscall(number, {arguments})
"""


def _call(x86: int, arm: int, arguments: str) -> str:
    """With arguments that the kernel refuses."""
    return _CALL.replace("{x86}", str(x86)).replace("{arm}", str(arm)).replace("{arguments}", arguments)


_LOOK = """
import os
open("/proc/self/mounts").read()
os.readlink("/proc/self/ns/mnt")
os.statvfs("/")
os.waitpid(os.fork() or os._exit(0), 0)
"""

ATTACKS = (
    Case(name="mount", run=_MOUNT, fires=("namespace-or-mount",)),
    Case(
        name="a user namespace",
        run=("/usr/bin/unshare", "--user", "--map-root-user", "/bin/true"),
        fires=("namespace-or-mount",),
        status=None,
    ),
    Case(name="fsopen", run=_call(430, 430, "None, -1"), fires=("namespace-or-mount",)),
    Case(name="move_mount", run=_call(429, 429, "-1, None, -1, None, -1"), fires=("namespace-or-mount",)),
    Case(name="pivot_root", run=_call(155, 41, "None, None"), fires=("namespace-or-mount",)),
    Case(name="setns", run=_call(308, 268, "-1, 0"), fires=("namespace-or-mount",)),
)

LOOK_ALIKES = (Case(name="mounts and namespaces are read", run=_LOOK, silent=("namespace-or-mount",)),)
