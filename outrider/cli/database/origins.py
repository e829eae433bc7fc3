"""Where a database comes from: a web address, a folder, a bundle. All three give the same files, and none is
believed."""

import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from outrider import limits
from outrider.cli.database import signing
from outrider.cli.database.directory import MANIFEST, SIGNATURE, explained
from outrider.cli.database.web import Web
from outrider.cli.files import read_capped
from outrider.errors import EnvironmentFault, InvalidInput, UsageError
from outrider.scan.advisories.manifest import Shard

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Offer:
    """The manifest that an origin has, and the signatures beside it."""

    manifest: bytes
    signatures: bytes
    """Empty: there are none."""
    tag: str = ""
    """The web server's name for this manifest (ETag)."""


class Origin(Protocol):
    """One place that has a database."""

    @property
    def name(self) -> str:
        """As the user wrote it."""

    def offer(self, tag: str) -> Offer | None:
        """What it has; None: still the manifest with this tag. Raises EnvironmentFault or InvalidInput."""

    def fetch(self, shard: Shard, partial: Path) -> None:
        """Bring a file to the shard's size, from where it ends now. Its digest is the caller's matter. Raises
        alike."""


@dataclass(frozen=True, slots=True)
class WebOrigin:
    """A folder on a web server."""

    name: str
    web: Web

    def offer(self, tag: str) -> Offer | None:
        """Manifest and signature; the signature is asked for only when the manifest is new."""
        answer = self.web.small(self._at(MANIFEST), limits.ADVISORY_MANIFEST, tag)
        if answer is None:
            return None
        data, new_tag = answer
        signatures = self.web.optional(self._at(SIGNATURE), signing.MAX_BYTES)
        return Offer(data, signatures, new_tag)

    def fetch(self, shard: Shard, partial: Path) -> None:
        """Download, or go on with a download."""
        self.web.download(self._at(shard.file), partial, shard.size)

    def _at(self, file: str) -> str:
        """The address of a file."""
        return f"{self.name.rstrip('/')}/{file}"


@dataclass(frozen=True, slots=True)
class FolderOrigin:
    """A folder, perhaps on a stick or a network drive."""

    path: Path

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    def offer(self, tag: str) -> Offer | None:
        """Manifest and signature as they lie there."""
        path = self.path / SIGNATURE
        signatures = read_capped(path, signing.MAX_BYTES, "the signature") if path.is_file() else b""
        if not (self.path / MANIFEST).is_file():
            raise EnvironmentFault(f"there is no database in {self.path}", hint="is it the right folder?")
        return Offer(read_capped(self.path / MANIFEST, limits.ADVISORY_MANIFEST, "the manifest"), signatures)

    def fetch(self, shard: Shard, partial: Path) -> None:
        """Copy."""
        with (
            explained(f"cannot copy {self.path / shard.file}"),
            (self.path / shard.file).open("rb") as stream,
        ):
            _copy(stream.read, partial, shard)


@dataclass(slots=True)
class BundleOrigin:
    """A tar that `outrider db bundle` made: manifest, signature, shards, in this order."""

    path: Path
    _members: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.path)

    def offer(self, tag: str) -> Offer | None:
        """Manifest and signature; where the shards lie is remembered."""
        with self._bundle() as bundle:
            for member in bundle:
                if len(self._members) > limits.ADVISORY_SHARDS:
                    raise InvalidInput(f"{self.path} has more than {limits.ADVISORY_SHARDS} files")
                if member.isreg():
                    self._members[member.name] = (member.offset_data, member.size)
        if MANIFEST not in self._members:
            raise InvalidInput(
                f"{self.path} has no {MANIFEST}", hint="is it a bundle of `outrider db bundle`?"
            )
        data = self._small(MANIFEST, limits.ADVISORY_MANIFEST)
        return Offer(data, self._small(SIGNATURE, signing.MAX_BYTES) if SIGNATURE in self._members else b"")

    def fetch(self, shard: Shard, partial: Path) -> None:
        """Copy out of the bundle."""
        offset, size = self._members.get(shard.file, (0, -1))
        if size != shard.size:
            raise InvalidInput(f"{self.path} does not have the shard {shard.name} as its manifest names it")
        with explained(f"cannot read {self.path}"), self.path.open("rb") as stream:
            stream.seek(offset)
            _copy(stream.read, partial, shard)

    def _small(self, name: str, limit: int) -> bytes:
        """One small file of the bundle."""
        offset, size = self._members[name]
        if size > limit:
            raise InvalidInput(f"{self.path}: {name} has more than {limit} bytes")
        with explained(f"cannot read {self.path}"), self.path.open("rb") as stream:
            stream.seek(offset)
            return stream.read(size)

    @contextmanager
    def _bundle(self) -> Iterator[tarfile.TarFile]:
        """The tar, without compression: shards are read where they lie."""
        if not self.path.is_file():
            raise UsageError(f"{self.path}: there is no such file")
        try:
            with explained(f"cannot read {self.path}"), tarfile.open(self.path, "r:") as bundle:
                yield bundle
        except (tarfile.TarError, ValueError, EOFError) as error:
            raise InvalidInput(f"{self.path} is no bundle: {error}") from None


def origin(given: str, web: Web) -> Origin:
    """What `--source` and `--mirror` name. Raises UsageError."""
    if given.startswith(("https://", "http://")):
        web.check(given)
        return WebOrigin(given, web)
    if "://" in given:
        raise UsageError(f"{given}: only https:// and folders can be sources", hint="is it a typing error?")
    return FolderOrigin(Path(given))


def _copy(read: Callable[[int], bytes], partial: Path, shard: Shard) -> None:
    """Write a shard's bytes to a file, from its beginning."""
    left = shard.size
    with partial.open("wb") as target:
        while left and (piece := read(min(_PIECE, left))):
            target.write(piece)
            left -= len(piece)
        target.flush()
        os.fsync(target.fileno())
