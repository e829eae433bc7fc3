"""rpm's own database format, used by SUSE: `Packages.db`, slots that point to blobs. All little-endian.

Source: lib/backend/ndb/rpmpkg.c of rpm.
"""

import struct
from collections.abc import Iterator

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.operating_system import rpm_packages

_FILE_HEAD = struct.Struct("<4s4I")
"""`RpmP`, version, generation, pages of slots, next index."""
_SLOT = struct.Struct("<4s3I")
"""`Slot`, index of the package (0: free), blob's offset and length in blocks."""
_BLOB_HEAD = struct.Struct("<4s3I")
"""`BlbS`, index, generation, length in bytes."""
_PAGE, _BLOCK = 4096, 16
_FIRST_SLOT = 32


def read(file: File) -> Found:
    """Packages of every slot in use. A slot that leads nowhere is a problem. Raises InvalidInput for what
    is no such database."""
    if len(file.data) < _FIRST_SLOT:
        raise InvalidInput("it is too short for an rpm database")
    magic, version, _, pages, _ = _FILE_HEAD.unpack_from(file.data)
    if magic != b"RpmP" or version != 0:
        raise InvalidInput("it is not an rpm database of the kind ndb")
    if not 0 < pages * _PAGE <= len(file.data):
        raise InvalidInput(f"it announces {pages} pages of slots and has fewer")
    problems: list[str] = []
    return rpm_packages.found(_headers(file.data, pages, problems), file.path, problems)


def _headers(data: bytes, pages: int, problems: list[str]) -> Iterator[bytes]:
    """The blobs, in the order of their slots; each part of the file is given out once."""
    given = 0
    for magic, index, offset, blocks in _SLOT.iter_unpack(data[_FIRST_SLOT : pages * _PAGE]):
        if magic != b"Slot":
            problems.append("a slot is damaged")
        elif index:
            blob = _blob(data, index, offset * _BLOCK, blocks * _BLOCK)
            given += len(blob or b"")
            if blob is None:
                problems.append(f"the header of package number {index} is not where its slot says")
            elif given > len(data):
                raise InvalidInput("its slots share their blobs")
            else:
                yield blob


def _blob(data: bytes, index: int, at: int, size: int) -> bytes | None:
    """The blob of a slot, which must name the same package and fit into its blocks."""
    if at + _BLOB_HEAD.size > len(data):
        return None
    magic, named, _, length = _BLOB_HEAD.unpack_from(data, at)
    end = at + _BLOB_HEAD.size + length
    if magic != b"BlbS" or named != index or end > min(at + size, len(data)):
        return None
    return data[at + _BLOB_HEAD.size : end]


EXTRACTOR = Extractor(
    name="rpm_ndb",
    version=1,
    wants=Wants(paths=rpm_packages.paths("Packages.db")),
    limit=limits.RPM_DATABASE,
    read=read,
)
