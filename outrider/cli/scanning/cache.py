"""What was read before, kept by its digest: manifests, configs, and what was found in a layer.

A folder of files that may be deleted at any time. What comes out of it is checked like what comes from
outside: whoever can write there can make a scan fail, and must not be able to make it pass by a broken file.
"""

import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from outrider.cli.files import write_atomic
from outrider.cli.user_cache import user_cache
from outrider.errors import OutriderError

DEFAULT_BYTES = 2 << 30
"""Most that is kept; then what was not used for longest goes."""

_TRIM_ABOVE = 1.1
"""Tidied up only when so far over the most: a look at every file costs time."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")

_OURS = re.compile(r"\.?sha256-[0-9a-f]{32}")
"""Begins the names of our files, and of those that a scan that was killed left half written: nothing else is
ever removed, wherever the folder is."""


def default_directory(environment: Mapping[str, str]) -> Path:
    """`$OUTRIDER_CACHE`, or `outrider` in the user's cache folder (XDG Base Directory Specification)."""
    if chosen := environment.get("OUTRIDER_CACHE"):
        return Path(chosen)
    return user_cache("scan", {**environment, "HOME": environment.get("HOME") or "/root"})


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of remembered bytes. Never an error: what cannot be kept is read again."""

    directory: Path | None
    """None: nothing is remembered."""
    most: int = DEFAULT_BYTES

    def get(self, name: str, cap: int) -> bytes | None:
        """What is kept under a name, at most `cap` bytes; None when nothing is, or too much."""
        if self.directory is None:
            return None
        path = self._path(self.directory, name)
        with suppress(OSError):
            found = path.stat()
            if stat.S_ISREG(found.st_mode) and found.st_size <= cap:
                data = path.read_bytes()
                with suppress(OSError):
                    os.utime(path)  # used now: goes last; one that only reads here need not be able to say so
                return data
        return None

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes under a name."""
        if self.directory is None:
            return
        path = self._path(self.directory, name)
        with suppress(OSError, OutriderError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomic(path, data, mode=0o600)

    def trim(self) -> None:
        """Forget what was not used for longest, until there is room again."""
        if self.directory is None:
            return
        files: list[tuple[float, int, Path]] = []
        for folder, _, names in os.walk(self.directory):
            for name in filter(_OURS.match, names):
                path = Path(folder, name)
                with suppress(OSError):  # another scan may be tidying up as well
                    found = path.lstat()
                    files.append((found.st_mtime, found.st_size, path))
        total = sum(size for _, size, _ in files)
        if total <= self.most * _TRIM_ABOVE:
            return
        for _, size, path in sorted(files):
            with suppress(OSError):
                path.unlink()
                total -= size
            if total <= self.most:
                return

    @staticmethod
    def _path(directory: Path, name: str) -> Path:
        """Where a name is kept; `sha256:ab…` becomes `ab/sha256-ab…`."""
        flat = name.replace(":", "-")
        if not _NAME.fullmatch(flat):
            raise ValueError(f"not a name of the cache: {name!r}")
        return directory / flat.removeprefix("sha256-")[:2] / flat
