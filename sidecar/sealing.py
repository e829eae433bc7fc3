"""Parts of a flight record put aside, `sealed/<name>/` in its directory, where the ring does not come.

What is put aside is a directory with its segments and a manifest; it takes its place when all is in it. The
oldest go when there are too many: for that, incidents are sent to where the task cannot reach them.
"""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from secrets import token_hex

from outrider.errors import InvalidInput
from outrider.runtime.flight import sealed, verify
from outrider.runtime.flight.caps import MANIFEST
from outrider.runtime.flight.sealed import Seal, check_name
from sidecar.files import make_directory
from sidecar.segments import READ

DIRECTORY = "sealed"
MAX_SEALS = 16
"""Of one container."""
MAX_BYTES = 64 << 20
"""Of all seals of one container together, the newest excepted. A Fargate task has 20 GiB of disk."""

_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be put aside."""

    name: str
    instance: str
    """The life of the container that is on record now."""
    from_ns: int
    to_ns: int


def seal(paths: Sequence[Path], open_end: int | None, wanted: Wanted) -> Seal:
    """Put aside those of the segments `paths` (of one record, in order) that have events of that time.

    `open_end`: the last one is being written, and is whole up to so many bytes. A name that is there already
    is answered with what is there. Raises UsageError, InvalidInput, OSError.
    """
    if not paths:
        raise InvalidInput("nothing is on record yet")
    base = paths[0].parent / DIRECTORY
    there = base / check_name(wanted.name)
    if there.exists():
        return read(there)
    make_directory(base, 0o700)
    chosen: list[verify.Looked] = []
    with _staged(base, wanted.name) as temporary:
        for path in paths:
            growing = open_end is not None and path == paths[-1]
            looked = _look(path, open_end if growing else None)
            if verify.overlaps(looked, wanted.from_ns, wanted.to_ns):
                _put(path, temporary / path.name, looked.size, copied=growing)
                chosen.append(looked)
        if not chosen:
            raise InvalidInput("nothing of that time is on record")
        made = _seal(chosen, base, wanted)
        _write(temporary / sealed.FILE, made.encode())
        temporary.rename(there)
    _sync(base)
    return made


def read(directory: Path) -> Seal:
    """Read the manifest of what was put aside. Raises OSError or InvalidInput."""
    return sealed.parse(_manifest(directory))


def seals(base: Path) -> list[tuple[Seal, Path]]:
    """All that was put aside, the oldest first; what has no manifest that can be read is passed over."""
    found = []
    for directory in base.glob("[!.]*"):
        try:
            found.append((read(directory), directory))
        except (OSError, InvalidInput):
            continue
    return sorted(found, key=lambda pair: pair[0].number)


def make_room(base: Path) -> int:
    """Remove the oldest seals while there are too many; return how many went. Raises OSError."""
    there = seals(base)
    sizes = [sum(file.size for file in seal.files) for seal, _ in there]
    gone = 0
    while len(there) - gone > MAX_SEALS or (len(there) - gone > 1 and sum(sizes[gone:-1]) > MAX_BYTES):
        shutil.rmtree(there[gone][1])
        gone += 1
    return gone


def _seal(chosen: Sequence[verify.Looked], base: Path, wanted: Wanted) -> Seal:
    """The manifest, in its place in the chain."""
    header = next(looked.header for looked in chosen if looked.header is not None)
    before = seals(base)
    return Seal(
        number=before[-1][0].number + 1 if before else 1,
        name=wanted.name,
        container=header.container,
        instance=wanted.instance,
        from_ns=wanted.from_ns,
        to_ns=wanted.to_ns,
        sealed_ns=time.time_ns(),
        files=tuple(map(verify.sealed_file, chosen)),
        previous=sealed.digest(before[-1][0].encode()) if before else "",
    )


def _look(path: Path, size: int | None) -> verify.Looked:
    """Look at a segment, or at its first `size` bytes."""
    with os.fdopen(os.open(path, READ), "rb") as stream:
        return verify.look(path.name, BytesIO(stream.read(size)) if size is not None else stream, deep=False)


def _put(path: Path, to: Path, size: int, *, copied: bool) -> None:
    """Put a segment aside. One that is whole never changes: a second name for it needs no space."""
    if not copied:
        os.link(path, to, follow_symlinks=False)
        return
    with os.fdopen(os.open(path, READ), "rb") as stream:
        _write(to, stream.read(size))


def _write(path: Path, data: bytes) -> None:
    """Write a new file, on disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(descriptor)


def _manifest(directory: Path) -> bytes:
    """Its bytes."""
    with os.fdopen(os.open(directory / sealed.FILE, READ), "rb") as stream:
        return stream.read(MANIFEST + 1)


@contextmanager
def _staged(base: Path, name: str) -> Iterator[Path]:
    """A directory that becomes what is put aside; gone afterwards if it did not."""
    for left in base.glob(".*"):
        shutil.rmtree(left)
    temporary = base / f".{name}.{token_hex(4)}"
    temporary.mkdir(0o700)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sync(directory: Path) -> None:
    """Make a rename last."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
