"""In a chroot nothing is opened by way of the supervisor's own root."""

import os
import sys
from pathlib import Path

import pytest
from supervised import Supervised, policy

PROGRAM = """
import ctypes, errno, os, struct
libc = ctypes.CDLL(None, use_errno=True)
os.chroot(".")
os.chdir("/")
NO_SYMLINKS, BENEATH, IN_ROOT = 4, 8, 16
ways = (("/file", NO_SYMLINKS), ("../file", NO_SYMLINKS), ("file", BENEATH), ("/file", IN_ROOT))
for path, resolve in ways:
    how = struct.pack("QQQ", os.O_WRONLY | os.O_APPEND, 0, resolve)
    fd = libc.syscall(437, os.open("/", os.O_PATH), path.encode(), how, len(how))
    if fd >= 0:
        os.write(fd, b"in the chroot")
    print(path, resolve, "in" if fd >= 0 else errno.errorcode[ctypes.get_errno()])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")
def test_openat2_never_begins_at_our_root(supervised: Supervised, place: Path) -> None:
    (place / "file").write_text("")
    supervised.set_policy(policy("block"))
    done = supervised.run(sys.executable, "-c", PROGRAM, cwd=place)
    assert done.stdout.splitlines() == ["/file 4 ENOSYS", "../file 4 ENOSYS", "file 8 in", "/file 16 in"], (
        done.stderr
    )
    assert (place / "file").read_text() == "in the chroot" * 2
    assert not Path("/file").exists()
