"""A tree as an initramfs: the "newc" form of cpio.

Linux, Documentation/driver-api/early-userspace/buffer-format.rst.
Everybody's files are root's and have no time, so equal trees give equal bytes."""

import stat
from collections.abc import Iterator
from pathlib import Path

TRAILER = "TRAILER!!!"


def archive(tree: Path) -> bytes:
    """Every file, directory and symbolic link below `tree`."""
    out = bytearray()
    for number, path in enumerate(sorted(tree.rglob("*")), start=1):
        mode = path.lstat().st_mode
        content = b""
        if stat.S_ISLNK(mode):
            content = str(path.readlink()).encode()
        elif stat.S_ISREG(mode):
            content = path.read_bytes()
        out += _entry(number, str(path.relative_to(tree)), mode, content)
    out += _entry(0, TRAILER, 0, b"")
    return bytes(out)


def _entry(number: int, name: str, mode: int, content: bytes) -> bytes:
    name_bytes = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name_bytes), 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name_bytes
    return _padded(head) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def entries(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Name, mode and content of each entry: what a kernel would unpack."""
    at = 0
    while True:
        fields = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        name_end = at + 110 + fields[11]
        name = data[at + 110 : name_end - 1].decode()
        start = name_end + -name_end % 4
        if name == TRAILER:
            return
        yield name, fields[1], data[start : start + fields[6]]
        at = start + fields[6] + -fields[6] % 4
