"""Files put in place whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

DIRECTORY_MODE = 0o755
"""Applications of any user look into the task volume; nothing in it is secret, to them it is read-only."""


def write_atomic(path: Path, data: bytes, mode: int) -> None:
    """Put `data` in place of the file at `path`, on disk before it is seen. Raises OSError."""
    with staged(path, data, mode) as temporary:
        temporary.replace(path)


@contextmanager
def staged(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A new file beside `path`, on disk, ready to be looked at and renamed; gone afterwards if it was not.

    Raises OSError. Nobody watches for a name that begins with a dot; 255 bytes is the most a name may have.
    """
    temporary = path.with_name(f".{path.name[:200]}.{token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(descriptor, mode)  # after writing, and whatever the umask is
            os.fsync(descriptor)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def make_directory(path: Path, mode: int = DIRECTORY_MODE) -> None:
    """Make a directory with exactly this mode; one that is there is left alone. Raises OSError."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
