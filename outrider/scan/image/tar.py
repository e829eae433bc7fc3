"""A tar as a stream of entries: one pass, constant memory, every header checked.

Read are v7, ustar, star, GNU (long names, sparse files, base-256 numbers) and pax. Where readers of tar
disagree we side with Go's archive/tar, because container runtimes unpack with it: global pax headers say
nothing, links and directories have no content whatever their size says, the archive ends at two blocks of
zeros. What a layer's whiteouts mean is not known here.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image import names, tar_content, tar_header
from outrider.scan.image.entry import Entry, EntryKind
from outrider.scan.image.notes import Notes
from outrider.scan.image.tar_content import Content, Source, Sparse

_KINDS = {
    0: EntryKind.FILE,
    ord("0"): EntryKind.FILE,
    ord("7"): EntryKind.FILE,
    ord("S"): EntryKind.FILE,
    ord("1"): EntryKind.HARDLINK,
    ord("2"): EntryKind.SYMLINK,
    ord("5"): EntryKind.DIRECTORY,
}
_BARE = frozenset(b"123456")
"""Types without content, whatever their size field says."""
_EXTENDED = frozenset(b"xgLK")
_SPARSE = ord("S")
_CAPABILITIES = b"SCHILY.xattr.security.capability"
_CAPABILITIES_BASE64 = b"LIBARCHIVE.xattr.security.capability"


@dataclass(slots=True)
class _Extended:
    """What extended headers say of the entry that follows them."""

    pax: dict[bytes, bytes] = field(default_factory=dict)
    name: bytes | None = None
    link: bytes | None = None


def entries(read: Callable[[int], bytes], notes: Notes) -> Iterator[Entry]:
    """Entries of a tar, of which `read(n)` gives the next bytes (at most n; empty at the end).

    Names are normalised; what was refused or made harmless is told to `notes`. The root directory itself is
    left out. Nothing is read beyond the archive's end marker but what a chunk brings along.

    Raises InvalidInput, naming the entry, where the archive is damaged, cut short or over a cap.
    """
    source = Source(read)
    extended: _Extended | None = None
    count = 0
    last = ""
    while True:
        try:
            block = source.block()
            if not block:
                return
            if block == tar_header.ZERO:
                _check_end(source)
                return
            tar_header.check(block)
            if block[156] in _EXTENDED:
                extended = _extend(extended or _Extended(), source, block)
                continue
            made = _entry(source, block, extended)
        except InvalidInput as error:
            raise _after(error, last) from None
        extended = None
        entry, content, name = made
        count += 1
        if count > limits.TAR_ENTRIES:
            raise InvalidInput(f"the archive has more than {limits.TAR_ENTRIES} entries")
        last = entry.path
        if last and names.usable(last, name, notes):
            yield entry
        elif not last and entry.kind is not EntryKind.DIRECTORY:
            notes.add(f"a {entry.kind} in the place of the root directory: left out")
        if content is not None:
            content.close()


def _entry(source: Source, block: bytes, extended: _Extended | None) -> tuple[Entry, Content | None, str]:
    """The entry of a header, its content if it has any, and its name as written."""
    raw = tar_header.name(block)
    flag = block[156]
    link = block[157:257].partition(b"\0")[0] if block[157] else b""
    size = 0 if flag in _BARE else tar_header.number(block[124:136])
    uid, gid, capabilities = tar_header.number(block[108:116]), tar_header.number(block[116:124]), b""
    if extended is not None:
        pax = extended.pax
        raw = _either(extended.name, pax.get(b"path"), raw)
        link = _either(extended.link, pax.get(b"linkpath"), link)
        if flag not in _BARE and pax.get(b"size"):
            size = tar_header.decimal(pax[b"size"], "a size")
        uid = tar_header.decimal(pax[b"uid"], "a uid") if pax.get(b"uid") else uid
        gid = tar_header.decimal(pax[b"gid"], "a gid") if pax.get(b"gid") else gid
        capabilities = _capabilities(pax)
        name = names.text(raw)
    else:
        name = raw.decode("utf-8", "surrogateescape")
    path = names.normalise(name)
    kind = _KINDS.get(flag, EntryKind.OTHER)
    if flag == 0 and name.endswith("/"):
        kind, size = EntryKind.DIRECTORY, 0
    entry = Entry(
        path=path,
        kind=kind,
        mode=tar_header.number(block[100:108]) & 0o7777,
        uid=uid,
        gid=gid,
        capabilities=capabilities,
    )
    if kind is EntryKind.SYMLINK:
        entry.link = names.text(link)
    elif kind is EntryKind.HARDLINK:
        entry.link = names.normalise(names.text(link))
    if flag == _SPARSE:
        return _sparse_gnu(source, block, entry, size, name)
    if extended is not None and kind is EntryKind.FILE and (version := _sparse_version(extended.pax)):
        pax = extended.pax
        return _sparse_pax(source, pax, version=version, entry=entry, stored=size, name=name)
    if not size:
        return entry, None, name
    content = Content(source, size, path)
    if kind is EntryKind.FILE:
        entry.size = size
        entry.offset = source.position
        entry.read = content.read
    return entry, content, name


def _sparse_gnu(
    source: Source, block: bytes, entry: Entry, stored: int, name: str
) -> tuple[Entry, Content, str]:
    """A sparse file of GNU's old format: the map is in the header and the blocks behind it."""
    if not tar_header.is_gnu(block):
        raise InvalidInput("the archive has a sparse file in a header that is not GNU's")
    parts, size = tar_content.gnu_parts(source, block), tar_header.number(block[483:495])
    content = Content(source, stored, entry.path)
    tar_content.check_parts(parts, stored, size)
    entry.size = size
    entry.read = Sparse(source, content, parts, size, entry.path).read
    return entry, content, name


def _sparse_version(pax: dict[bytes, bytes]) -> str:
    """Which pax form of a sparse file this is; empty for none."""
    major, minor = pax.get(b"GNU.sparse.major", b""), pax.get(b"GNU.sparse.minor", b"")
    if (major, minor) == (b"1", b"0"):
        return "1.0"
    old = (major in {b"", b"0"} and minor in {b"0", b"1"}) or (not major and not minor)
    return "0.1" if old and pax.get(b"GNU.sparse.map") else ""


def _sparse_pax(
    source: Source, pax: dict[bytes, bytes], *, version: str, entry: Entry, stored: int, name: str
) -> tuple[Entry, Content, str]:
    """A sparse file of the pax formats: the map is a record, or stands before the content."""
    if pax.get(b"GNU.sparse.name"):
        name = names.text(pax[b"GNU.sparse.name"])
        entry.path = names.normalise(name)
    content = Content(source, stored, entry.path)
    if version == "1.0":
        parts, taken = tar_content.leading_parts(content)
        stored -= taken
    else:
        parts = tar_content.listed_parts(pax[b"GNU.sparse.map"])
    said = pax.get(b"GNU.sparse.realsize") or pax.get(b"GNU.sparse.size") or b""
    size = tar_header.decimal(said, "a size")
    tar_content.check_parts(parts, stored, size)
    entry.size = size
    entry.read = Sparse(source, content, parts, size, entry.path).read
    return entry, content, name


def _extend(extended: _Extended, source: Source, block: bytes) -> _Extended:
    """Read an extended header and add what it says. Global ones are read past, as runtimes do."""
    size = tar_header.number(block[124:136])
    flag = block[156:157]
    if size > limits.TAR_EXTENDED:
        raise InvalidInput(f"the archive has an extended header of {size} bytes")
    data = source.exactly(size, "an extended header")
    if flag == b"x":
        extended.pax = tar_header.pax_records(data)
    elif flag == b"L":
        extended.name = data.partition(b"\0")[0]
    elif flag == b"K":
        extended.link = data.partition(b"\0")[0]
    return extended


def _either(gnu: bytes | None, pax: bytes | None, own: bytes) -> bytes:
    """The name that counts: GNU's long one, then pax, then the header's own."""
    return gnu or pax or own


def _capabilities(pax: dict[bytes, bytes]) -> bytes:
    """The value of `security.capability`, as star and libarchive write it. Raises InvalidInput."""
    if _CAPABILITIES in pax:
        return pax[_CAPABILITIES]
    if _CAPABILITIES_BASE64 in pax:
        try:
            # libarchive leaves the padding out.
            text = pax[_CAPABILITIES_BASE64]
            return b64decode(text + b"=" * (-len(text) % 4), validate=True)
        except ValueError:
            raise InvalidInput("the archive has a capability that is not base64") from None
    return b""


def _check_end(source: Source) -> None:
    """After a block of zeros comes a second one, or the end of the stream."""
    if source.block() not in {b"", tar_header.ZERO}:
        raise InvalidInput("the archive has a single block of zeros between its headers")


def _after(error: InvalidInput, last: str) -> InvalidInput:
    """The same error, with the place: the last entry before it."""
    where = f", after {names.shown('/' + last)}" if last else ", at its beginning"
    return InvalidInput(f"{error.message}{where}", hint=error.hint)
