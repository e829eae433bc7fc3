"""Walls are moved, or only looked at."""

from detections.case import Case

_MOUNT = """
import ctypes
ctypes.CDLL(None, use_errno=True).mount(b"none", b"/nonexistent", b"tmpfs", 0, None)
"""
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
)

LOOK_ALIKES = (Case(name="mounts and namespaces are read", run=_LOOK, silent=("namespace-or-mount",)),)
