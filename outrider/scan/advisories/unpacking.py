"""The documents of one file of a feed: itself, or what is in it when it is compressed or a zip.

Nothing is written anywhere; sizes and counts are capped.
"""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import zstandard

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.advisories.record import Document

HEAD = 4096
"""Bytes by which a format is recognised."""

_BUFFER = 1 << 16
_MEMORY = 128 << 20
"""Bytes of window that a zstd or xz stream may ask for."""

_FAULTS = (
    EOFError, OSError, RuntimeError, ValueError, NotImplementedError, LookupError, zipfile.BadZipFile,
    zlib.error, lzma.LZMAError, zstandard.ZstdError,
)  # fmt: skip
"""What these modules raise for damaged bytes."""


class _Capped(io.RawIOBase):
    """A stream that turns faults into ours, and stops at the cap for a whole feed."""

    def __init__(self, inner: BinaryIO, name: str, spent: list[int]) -> None:
        super().__init__()
        self.inner, self.name, self.spent = inner, name, spent

    def readable(self) -> bool:
        """It is there for reading."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        """The next bytes. Raises InvalidInput."""
        try:
            data = self.inner.read(len(buffer))
        except InvalidInput:
            raise
        except _FAULTS as error:
            raise InvalidInput(
                f"{self.name} is damaged: {str(error)[:200] or type(error).__name__}"
            ) from None
        self.spent[0] += len(data)
        if self.spent[0] > limits.ADVISORY_SOURCE:
            raise InvalidInput(f"{self.name}: the feed has more than {limits.ADVISORY_SOURCE} bytes unpacked")
        buffer[: len(data)] = data
        return len(data)


def documents(name: str, stream: BinaryIO) -> Iterator[Document]:
    """What is in a file of this name, one document after the other; each is read before the next is asked
    for.

    `stream` can be sought in. Raises InvalidInput when the file as a whole is damaged.
    """
    spent = [0]
    head = stream.read(8)
    stream.seek(0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _zipped(name, stream, spent)
        return
    with _opened(name, head, stream) as (plain, inner):
        yield _document(plain, inner, spent)


def peek(document: Document) -> bytes:
    """The first bytes of a document, which stay to be read. Raises InvalidInput."""
    stream = document.stream
    return stream.peek(HEAD)[:HEAD] if isinstance(stream, io.BufferedReader) else b""


def _document(name: str, stream: BinaryIO, spent: list[int]) -> Document:
    """A stream under the cap."""
    return Document(name, cast(BinaryIO, io.BufferedReader(_Capped(stream, name, spent), _BUFFER)))


def _zipped(name: str, stream: BinaryIO, spent: list[int]) -> Iterator[Document]:
    """The members of a zip, in the order of their names: the archive's own order may change with each
    download."""
    try:
        archive = zipfile.ZipFile(stream)
        members = sorted(
            (m for m in archive.infolist() if not m.is_dir()), key=lambda member: member.filename
        )
    except _FAULTS as error:
        raise InvalidInput(f"{name} is no zip that can be read: {str(error)[:200]}") from None
    if len(members) > limits.ADVISORY_DOCUMENTS:
        raise InvalidInput(f"{name} has {len(members)} members, more than {limits.ADVISORY_DOCUMENTS}")
    with archive:
        for member in members:
            try:
                inner = archive.open(member)
            except _FAULTS as error:
                yield _document(member.filename, _Broken(str(error)[:200]), spent)
                continue
            with inner:
                yield _document(member.filename, cast(BinaryIO, inner), spent)


class _Broken(io.BytesIO):
    """A member that cannot even be opened: reading it says so."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def read(self, size: int | None = -1, /) -> bytes:
        """Raise what went wrong."""
        raise InvalidInput(f"it cannot be unpacked: {self._words}")


@contextmanager
def _opened(name: str, head: bytes, stream: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    """A file without its compression, by its first bytes, and its name without the ending."""
    plain = name
    for ending in (".gz", ".bz2", ".xz", ".zst"):
        plain = plain.removesuffix(ending)
    if head.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=stream, mode="rb") as inner:
            yield plain, cast(BinaryIO, inner)
    elif head.startswith(b"BZh"):
        with bz2.BZ2File(stream) as packed:
            yield plain, cast(BinaryIO, packed)
    elif head.startswith(b"\xfd7zXZ\x00"):
        with lzma.LZMAFile(stream) as slow:
            yield plain, cast(BinaryIO, slow)
    elif head.startswith(b"\x28\xb5\x2f\xfd"):
        reader = zstandard.ZstdDecompressor(max_window_size=_MEMORY).stream_reader(
            stream, read_across_frames=True
        )
        yield plain, cast(BinaryIO, reader)
    else:
        yield name, stream
