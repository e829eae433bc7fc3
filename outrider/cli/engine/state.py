"""The directory of one run: settings, logs, volumes, `task.json`."""

import fcntl
import os
import shutil
from pathlib import Path

from outrider.errors import EnvironmentFault, UsageError

_PARTS = ("settings", "logs", "volumes", "seccomp", "rootfs")


class StateDirectory:
    """The directory, ours alone while the run lasts."""

    def __init__(self, path: Path) -> None:
        """Take the directory, making it if need be. Raises UsageError when it is something else's."""
        self.path = path.resolve()
        if self.path.exists() and not self.path.is_dir():
            raise UsageError(f"{path} is not a directory")
        foreign = self.path.exists() and any(self.path.iterdir()) and not (self.path / "run.lock").exists()
        if foreign:
            raise UsageError(
                f"{path} is not empty and not from an earlier run",
                hint="--state wants a directory of its own; its contents are replaced.",
            )
        self.path.mkdir(parents=True, exist_ok=True, mode=0o755)
        self._lock = os.open(self.path / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise UsageError(f"{path}: another run uses this directory", hint="give each its own.") from None
        for part in _PARTS:
            self._remove(part)
            (self.path / part).mkdir()
        for file in ("task.json", "ready"):
            (self.path / file).unlink(missing_ok=True)

    def volume(self, name: str) -> Path:
        """A fresh volume: root's, 0755, as Fargate makes them."""
        path = self.path / "volumes" / name
        path.mkdir(mode=0o755)
        path.chmod(0o755)
        return path

    def close(self, *, everything: bool, volumes: bool) -> None:
        """Let go: remove `everything`, or what nobody needs after the run, the `volumes` only if asked."""
        if everything:
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            for part in ("settings", "seccomp", "rootfs", *(("volumes",) if volumes else ())):
                self._remove(part)
        os.close(self._lock)

    def _remove(self, part: str) -> None:
        """Remove one part."""
        path = self.path / part
        if os.path.ismount(path):
            raise EnvironmentFault(f"{path} is a mount point", hint=f"umount {path}")
        shutil.rmtree(path, ignore_errors=True)
