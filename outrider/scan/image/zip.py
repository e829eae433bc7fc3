"""A zip as entries: the package of a function, a layer of one, a jar on its own.

The standard library reads the directory after its size was checked; contents are read here. As Lambda and
`unzip` do, the last of several entries with one name counts. Format: APPNOTE.TXT of PKWARE.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from isal import isal_zlib
from isal.igzip_lib import IsalError

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image import names
from outrider.scan.image.entry import Entry, EntryKind
from outrider.scan.image.notes import Notes

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL_BYTES = 46
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_ENCRYPTED = 0x1
_UTF_8 = 0x800
_UNIX = 3
_INPUT = 64 << 10


def entries(file: IO[bytes], notes: Notes, prefix: str = "") -> Iterator[Entry]:
    """Entries of a zip in a seekable binary file, in the order in which they lie there.

    `prefix` is put before each path: `opt` for a layer of a function. What is left out is told to `notes`;
    content that is encrypted, of an unknown method, or wrong raises InvalidInput when it is read. Raises
    InvalidInput when the zip itself is damaged, over a cap, or a bomb of overlapping entries.
    """
    infos = _directory(file)
    _check_overlaps(infos)
    budget = _Budget()
    for path, info in _last_of_each(infos, prefix, notes):
        entry = _entry(info, path)
        if entry.kind is EntryKind.SYMLINK:
            try:
                entry.link = _target(_Content(file, info, budget))
            except InvalidInput as error:
                notes.add(error.message)
                continue
        elif entry.kind is EntryKind.FILE:
            entry.size = info.file_size
            entry.read = _later(file, info, budget)
        yield entry


def _entry(info: zipfile.ZipInfo, path: str) -> Entry:
    """What the directory says of one entry. Without Unix modes, files are 0644 and directories 0755."""
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    form = stat.S_IFMT(mode)
    if info.is_dir() or form == stat.S_IFDIR:
        kind = EntryKind.DIRECTORY
    elif form == stat.S_IFLNK:
        kind = EntryKind.SYMLINK
    elif form in {0, stat.S_IFREG}:
        kind = EntryKind.FILE
    else:
        kind = EntryKind.OTHER
    usual = 0o755 if kind is EntryKind.DIRECTORY else 0o644
    return Entry(path=path, kind=kind, mode=stat.S_IMODE(mode) or usual)


class _Budget:
    """Uncompressed bytes that the whole zip may still give."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = limits.ZIP_UNPACKED

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise InvalidInput(f"the zip has more than {limits.ZIP_UNPACKED} bytes uncompressed")


def _later(file: IO[bytes], info: zipfile.ZipInfo, budget: _Budget) -> Callable[[int], bytes]:
    """A `read` that looks at the file when it is first called."""
    content: _Content | None = None

    def read(most: int) -> bytes:
        nonlocal content
        if content is None:
            content = _Content(file, info, budget)
        return content.read(most)

    return read


class _Content:
    """The content of one entry, inflated piece by piece and checked at its end."""

    __slots__ = ("_at", "_budget", "_crc", "_file", "_inflate", "_left", "_more", "_packed", "_tail", "_what")

    def __init__(self, file: IO[bytes], info: zipfile.ZipInfo, budget: _Budget) -> None:
        self._what = names.shown(f"/{info.filename}")
        self._file = file
        self._budget = budget
        self._at = self._begin(info)
        self._packed = info.compress_size
        self._left = info.file_size
        self._crc = (0, info.CRC)
        self._tail = b""
        self._more = False
        self._inflate = isal_zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None

    def read(self, most: int) -> bytes:
        """The next bytes. Raises InvalidInput where the content is damaged or not what was said of it."""
        if self._left <= 0 or most <= 0:
            return b""
        piece = self._next(min(most, self._left))
        if not piece:
            raise InvalidInput(f"{self._what}: its content is shorter than the zip says")
        self._left -= len(piece)
        self._budget.spend(len(piece))
        found, wanted = zlib.crc32(piece, self._crc[0]), self._crc[1]
        self._crc = (found, wanted)
        if not self._left and found != wanted:
            raise InvalidInput(f"{self._what}: its content is damaged (CRC-32)")
        return piece

    def _next(self, most: int) -> bytes:
        """The next uncompressed bytes; empty at the end."""
        if self._inflate is None:
            return self._stored(most)
        while True:
            if not self._tail and not self._more:
                self._tail = self._stored(_INPUT)
                if not self._tail:
                    return b""
            try:
                piece: bytes = self._inflate.decompress(self._tail, most)
            except IsalError as error:  # type: ignore[misc]  # its stub declares an instance
                raise InvalidInput(f"{self._what}: its content is damaged ({error})") from None
            before, self._tail = self._tail, self._inflate.unconsumed_tail
            self._more = len(piece) >= most
            if piece or self._inflate.eof:
                return piece
            if self._tail and len(self._tail) == len(before):
                raise InvalidInput(f"{self._what}: its content is damaged")

    def _stored(self, most: int) -> bytes:
        """The next bytes as they lie in the zip."""
        self._file.seek(self._at)
        piece = self._file.read(min(most, self._packed))
        self._at += len(piece)
        self._packed -= len(piece)
        return piece

    def _begin(self, info: zipfile.ZipInfo) -> int:
        """Where the content lies. Raises InvalidInput when it cannot be read, or the headers disagree."""
        if info.flag_bits & _ENCRYPTED:
            raise InvalidInput(f"{self._what}: it is encrypted")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise InvalidInput(f"{self._what}: it is compressed with method {info.compress_type}")
        self._file.seek(info.header_offset)
        header = self._file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
            raise InvalidInput(f"{self._what}: the zip has no header where its directory says")
        fields = _LOCAL.unpack(header)
        if fields[2] & _ENCRYPTED or fields[3] != info.compress_type:
            raise InvalidInput(f"{self._what}: the zip's headers disagree about it")
        if self._file.read(fields[9]) != _name(info):
            raise InvalidInput(f"{self._what}: the zip's headers disagree about its name")
        return int(info.header_offset) + _LOCAL.size + int(fields[9]) + int(fields[10])


def _target(content: _Content) -> str:
    """The target of a symbolic link: its content."""
    text = b""
    while len(text) <= limits.FILE_PATH and (piece := content.read(limits.FILE_PATH)):
        text += piece
    return names.text(text[: limits.FILE_PATH])


def _last_of_each(
    infos: list[zipfile.ZipInfo], prefix: str, notes: Notes
) -> list[tuple[str, zipfile.ZipInfo]]:
    """One entry for each usable path, the last in the directory; in the order of the file."""
    last: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        try:
            name = names.text(_name(info))
        except InvalidInput as error:
            notes.add(error.message)
            continue
        path = names.normalise(name)
        if path and names.usable(path, name, notes):
            last[f"{prefix}/{path}" if prefix else path] = info
    return sorted(last.items(), key=lambda item: (item[1].header_offset, item[0]))


def _name(info: zipfile.ZipInfo) -> bytes:
    """The name as it lies in the zip: the library takes what is not marked as UTF-8 for code page 437."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF_8 else "cp437", "replace")


def _check_overlaps(infos: list[zipfile.ZipInfo]) -> None:
    """Raise InvalidInput when two entries share bytes: https://www.bamsoftware.com/hacks/zipbomb/."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise InvalidInput(
                f"{names.shown('/' + info.filename)}: it overlaps with another entry of the zip",
                hint="this is how zip bombs are made; no packer writes such a file.",
            )
        end = info.header_offset + _LOCAL.size + info.compress_size


def _directory(file: IO[bytes]) -> list[zipfile.ZipInfo]:
    """The central directory. Raises InvalidInput."""
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError, EOFError) as error:
        raise InvalidInput(f"not a zip that can be read: {error}") from None


def _check_directory(file: IO[bytes]) -> None:
    """Raise InvalidInput when the directory is larger, or has more entries, than we hold in memory."""
    size, start = _extent(file)
    if size > limits.ZIP_DIRECTORY:
        raise InvalidInput(f"the zip's directory has {size} bytes, more than {limits.ZIP_DIRECTORY}")
    file.seek(start)
    data = file.read(size)
    at = count = 0
    while data[at : at + 4] == b"PK\x01\x02" and at + _CENTRAL_BYTES <= len(data):
        at += _CENTRAL_BYTES + sum(struct.unpack_from("<3H", data, at + 28))
        count += 1
    if count > limits.ZIP_ENTRIES:
        raise InvalidInput(f"the zip has more than {limits.ZIP_ENTRIES} entries")


def _extent(file: IO[bytes]) -> tuple[int, int]:
    """Size and place of the central directory, by the records at the end of the file."""
    length = file.seek(0, 2)
    tail_at = max(0, length - _END.size - 0xFFFF - _LOCATOR.size)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise InvalidInput("not a zip: it has no directory at its end")
    size = _END.unpack_from(tail, at)[5]
    end = tail_at + at
    locator_at = at - _LOCATOR.size
    if locator_at >= 0 and tail[locator_at : locator_at + 4] == b"PK\x06\x07":
        file.seek(max(0, end - _LOCATOR.size - _END_64.size))
        record = file.read(_END_64.size)
        if len(record) == _END_64.size and record[:4] == b"PK\x06\x06":
            size = _END_64.unpack(record)[8]
            end -= _LOCATOR.size + _END_64.size
    return size, max(0, end - size)
