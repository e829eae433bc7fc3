"""This machine's own kernel: the same tree in namespaces with a root of their own, without qemu."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.kernels.machine import Boot, Broken, unpacked

ENTER = (
    'mount --bind "$0" "$0" && mount --rbind /dev "$0/dev" && cd "$0" && mkdir old && '
    "pivot_root . old && exec /init here"
)
"""Not chroot: the kernel lets nobody in a chroot make user namespaces, and tricks do."""
NAMESPACES = ("--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child")


def run(tree: Path, settings: dict[str, str], seconds: float) -> Boot:
    """Raises Broken: no root, no unshare, no results."""
    if os.geteuid() != 0:
        raise Broken("needs root, for namespaces")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="outrider-here-") as name:
        root = Path(name) / "root"
        shutil.copytree(tree, root, symlinks=True)
        command = ["unshare", *NAMESPACES, "sh", "-c", ENTER, str(root)]
        environment = {**settings, "CONSOLE": "/dev/null", "PATH": os.environ["PATH"]}
        try:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise Broken(f"stopped after {seconds:.0f} s") from late
    try:
        return Boot(unpacked(done.stdout), time.monotonic() - began, done.stdout)
    except Broken as broken:
        raise Broken(f"{broken}: {done.stdout[-1000:]}") from broken
