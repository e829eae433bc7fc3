"""The folder of a database: `manifest.json`, `manifest.sig`, and shards named for their content.

A database appears when its manifest is renamed into place: shards come before it, and those that only older
manifests name go after it, except those of the one before: whoever has that one open still finds them.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from outrider import limits
from outrider.cli.files import read_capped, write_atomic
from outrider.cli.user_cache import user_cache
from outrider.errors import EnvironmentFault, InvalidInput, OutriderError
from outrider.model import json_document
from outrider.scan.advisories import manifest
from outrider.scan.advisories.manifest import Manifest, Shard

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
TRUSTED = "trusted.key"
"""The public key that this database's manifests must be signed with, once one was given."""

_VERIFIED = "verified.json"
_LOCK = ".lock"
_WORK = ".work-"
_PIECE = 1 << 20
_NAMED_FOR_CONTENT = "*.*.sqlite"


def default_directory() -> Path:
    """`$OUTRIDER_DB`, else `outrider/db` in the user's cache."""
    if chosen := os.environ.get("OUTRIDER_DB"):
        return Path(chosen)
    return user_cache("db")


def manifest_bytes(directory: Path) -> bytes | None:
    """The manifest as it lies there; None: there is no database."""
    path = directory / MANIFEST
    return read_capped(path, limits.ADVISORY_MANIFEST, "the manifest") if path.is_file() else None


def digest_of(path: Path) -> str:
    """SHA-256 of a file. Raises EnvironmentFault."""
    found = hashlib.sha256()
    with explained(f"cannot read {path}"), path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def is_intact(directory: Path, shard: Shard) -> bool:
    """Whether a shard's file is there and has its digest, looked at anew each time."""
    path = directory / shard.file
    return path.is_file() and path.stat().st_size == shard.size and digest_of(path) == shard.sha256


def verify(directory: Path, shard: Shard) -> Path:
    """The file of a shard, which has the digest that the manifest names.

    A file that was checked once and has not changed since (size, inode, times) is not read again. Raises
    InvalidInput or EnvironmentFault.
    """
    path = directory / shard.file
    with explained(f"cannot read the shard {shard.name}"):
        mark = _mark(path, shard)
    marks = _marks(directory)
    if marks.get(shard.file) == mark:
        return path
    if mark[1] != shard.size or digest_of(path) != shard.sha256:
        raise InvalidInput(
            f"the shard {shard.name} ({path}) is not what the manifest says it is",
            hint="fetch or build the database again: `outrider db update`, `outrider db build`.",
        )
    with suppress(OutriderError):
        write_atomic(directory / _VERIFIED, json.dumps({**marks, shard.file: mark}, indent=1, sort_keys=True))
    return path


def _mark(path: Path, shard: Shard) -> list[Any]:
    """What changes when a file does."""
    found = path.stat()
    return [shard.sha256, found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns]


def _marks(directory: Path) -> dict[str, Any]:
    """File → what it looked like when it was checked; empty where that is not known."""
    path = directory / _VERIFIED
    if not path.is_file():
        return {}
    with suppress(OutriderError):
        found = json_document.parse(read_capped(path, limits.ADVISORY_MANIFEST, "the marks"), "the marks")
        return found if isinstance(found, dict) else {}
    return {}


@contextmanager
def locked(directory: Path) -> Iterator[Path]:
    """A scratch folder inside the database's, which this process alone writes to; gone afterwards.

    Raises EnvironmentFault when another process builds or fetches there.
    """
    with explained(f"cannot write to {directory}"):
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EnvironmentFault(
                f"another process is at work on the database in {directory}", hint="wait until it is done."
            ) from None
        for left in directory.glob(f"{_WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        work = directory / f"{_WORK}{token_hex(8)}"
        with explained(f"cannot write to {directory}"):
            work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
    finally:
        os.close(handle)


def install(directory: Path, new: bytes, signature: bytes, files: Mapping[str, Path]) -> None:
    """Put a database in place of the one there, while the lock is held.

    `files`: shard file → where it lies now, on the same file system, already checked. An empty `signature`:
    it is not signed. Raises EnvironmentFault; then the old database is still there, whole."""
    before = manifest_bytes(directory)
    with explained(f"cannot write to {directory}"):
        for name, path in sorted(files.items()):
            _flush(path)
            path.replace(directory / name)
    old_signature = signature_bytes(directory)
    if signature or old_signature:
        write_atomic(directory / SIGNATURE, old_signature + signature)
    write_atomic(directory / MANIFEST, new)
    if signature:
        write_atomic(directory / SIGNATURE, signature)
    else:
        (directory / SIGNATURE).unlink(missing_ok=True)
    named = manifest.parse(new)
    _remember(directory, named)
    _tidy(directory, named, before)


def _flush(path: Path) -> None:
    """Make a file's bytes durable."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def signature_bytes(directory: Path) -> bytes:
    """The signature file; empty: there is none."""
    path = directory / SIGNATURE
    return read_capped(path, limits.IMAGE_MANIFEST, "the signature") if path.is_file() else b""


def _remember(directory: Path, named: Manifest) -> None:
    """Mark the shards as checked: their bytes have just been."""
    there = {shard.file: shard for shard in named.shards if (directory / shard.file).is_file()}
    known = _marks(directory)
    marks = {file: _mark(directory / file, shard) for file, shard in there.items()}
    new = {file: mark for file, mark in marks.items() if known.get(file) != mark}
    for file in new:
        if not is_intact(directory, there[file]):
            del marks[file]
    write_atomic(directory / _VERIFIED, json.dumps(marks, indent=1, sort_keys=True))


def _tidy(directory: Path, named: Manifest, before: bytes | None) -> None:
    """Remove shards that neither this database nor the one before it has."""
    keep = {shard.file for shard in named.shards}
    if before:
        with suppress(InvalidInput):
            keep |= {shard.file for shard in manifest.parse(before).shards}
    for path in directory.glob(_NAMED_FOR_CONTENT):
        if path.name not in keep:
            path.unlink(missing_ok=True)


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Faults of the operating system as errors of ours."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise EnvironmentFault(f"{what}: {reason}", hint="check permissions and free space.") from None
