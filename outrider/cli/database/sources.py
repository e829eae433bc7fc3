"""What `outrider db build` is given: files, zips and folders of feeds, each perhaps with its format named."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from outrider.cli.database.directory import digest_of, explained
from outrider.errors import UsageError
from outrider.scan.advisories import unpacking
from outrider.scan.advisories.formats.registry import by_name
from outrider.scan.advisories.record import Document, Format


@dataclass(frozen=True, slots=True)
class FileFeed:
    """A file or a folder of files."""

    path: Path
    format: Format | None = None
    published: str = ""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return _readable(self.path.resolve().name)

    def digest(self) -> str:
        """Of the file; of a folder: of names and digests of all its files."""
        if not self.path.is_dir():
            return digest_of(self.path)
        lines = (f"{digest_of(path)}  {name}\n" for name, path in self._files())
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def documents(self) -> Iterator[Document]:
        """What is in it, unpacked."""
        for name, path in self._files():
            with _opened(path) as stream:
                yield from unpacking.documents(name, stream)

    def _files(self) -> list[tuple[str, Path]]:
        """Names within the feed, and where they are; sorted."""
        if not self.path.is_dir():
            return [(_readable(f"{self.path.resolve().parent.name}/{self.path.name}"), self.path)]
        found = (path for path in self.path.rglob("*") if path.is_file() and not path.name.startswith("."))
        return sorted((_readable(path.relative_to(self.path.parent).as_posix()), path) for path in found)


def parse(given: str) -> FileFeed:
    """A source as the user wrote it: PATH or FORMAT:PATH. Raises UsageError."""
    head, colon, rest = given.partition(":")
    format_ = by_name(head) if colon else None
    path = Path(rest if format_ else given)
    if not path.exists():
        raise UsageError(
            f"{given}: there is no such file or folder",
            hint="say a path, or a format and a path as osv:PyPI.zip (`outrider db build --help`).",
        )
    return FileFeed(path, format_)


def _readable(name: str) -> str:
    """A file's name as text, whatever bytes it has."""
    return name.encode("utf-8", "replace").decode()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file of a feed. Raises EnvironmentFault."""
    with explained(f"cannot read {path}"):
        stream = path.open("rb")
    with stream:
        yield stream
