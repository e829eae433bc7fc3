"""Where one program lives: namespaces of its own, its image as an overlay, peers it can talk to.

A room belongs to a process (`__main__.py` starts one for each program): mounts and network end with it.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.programs.program import Program
from outrider.cli.engine.namespaces import NEW_NET, NEW_NS
from outrider.errors import EnvironmentFault

ATTACKER = "203.0.113.66"
"""Where stolen data would go, TEST-NET-3."""
ATTACKER_PORT = 4444
CREDENTIALS = "169.254.170.2"
"""Where a Fargate task's credentials are."""
ORIGIN = "10.0.0.5"
"""Servers that the program itself talks to: a proxy's origin, a balancer's back ends."""

TASK = "10.0.0.2"
"""The task's own address."""

_HOSTS = "127.0.0.1 localhost task\n10.0.0.5 origin.example.com\n"
_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}


class Room:
    """The image of one program, and the network its task has. Make it first in a process of its own."""

    def __init__(self, program: Program, base: Path, work: Path) -> None:
        """Enter new namespaces, make the image on top of `base`. Raises EnvironmentFault."""
        self.program = program
        self.work = work
        self._base = base
        self._lives = 0
        if ctypes.CDLL(None).unshare(NEW_NET | NEW_NS) != 0:
            raise EnvironmentFault("no namespaces may be made here", hint="run it as root")
        command("mount", "--make-rprivate", "/")
        command("mount", "-t", "tmpfs", "-o", "size=6g,mode=0755", "tmpfs", str(work))
        command("ip", "link", "set", "lo", "up")
        self._image = self._make_image()
        self.client = self.overlay("client")
        for name in ("proc", "dev"):
            command("mount", "--rbind", f"/{name}", str(self.client / name))

    def overlay(self, name: str) -> Path:
        """A fresh copy of the program's image, as a new task gets it."""
        return self._mount(name, [self._image, self._base])

    def _mount(self, name: str, lower: list[Path]) -> Path:
        place = self.work / name
        for directory in ("upper", "work", "root"):
            (place / directory).mkdir(parents=True)
        layers = f"lowerdir={':'.join(map(str, lower))},upperdir={place}/upper,workdir={place}/work"
        command("mount", "-t", "overlay", "-o", layers, "overlay", str(place / "root"))
        return place / "root"

    def _make_image(self) -> Path:
        """What the program's files and preparations change of the base, as a layer."""
        root = self._mount("image", [self._base])
        (root / "etc/hosts").write_text(_HOSTS)
        (root / "etc/hostname").write_text("task\n")
        for name, target in _LINKS.items():
            link = root / "dev" / name
            link.unlink(missing_ok=True)
            link.symlink_to(target)
        (root / "dev/shm").mkdir(exist_ok=True)
        shared = root / "srv/shared"  # a mistake often made, and what writing outside needs
        shared.mkdir()
        shared.chmod(0o1777)
        for file in self.program.files:
            path = root / file.path.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.parent.resolve().is_relative_to(
                root
            ):  # an absolute link of the image's leads out of it
                raise EnvironmentFault(f"{file.path} is not within the image")
            path.unlink(missing_ok=True)
            path.write_text(file.text)
            path.chmod(file.mode)
            if file.owner != "root":
                command("chroot", str(root), "chown", file.owner, file.path)
        with _system(root):
            for line in self.program.prepare:
                command("chroot", str(root), "sh", "-ec", line)
        command("umount", str(root))
        return self.work / "image" / "upper"

    def drop(self, name: str) -> None:
        """Forget a copy."""
        command("umount", "--recursive", str(self.work / name / "root"))
        shutil.rmtree(self.work / name)


@contextmanager
def _system(root: Path) -> Iterator[None]:
    """/proc and /dev for what prepares an image."""
    for name in ("proc", "dev"):
        command("mount", "--rbind", f"/{name}", str(root / name))
    try:
        yield
    finally:
        for name in ("proc", "dev"):
            command("umount", "--recursive", "--lazy", str(root / name))


def command(*words: str) -> None:
    """Run a command of this machine. Raises EnvironmentFault with what it said."""
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    if done.returncode:
        raise EnvironmentFault(f"{' '.join(words)[:200]}: {(done.stderr or done.stdout)[-500:]}")
