"""Who a container's user is, by the image's own /etc/passwd and /etc/group."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from outrider.errors import EnvironmentFault

_CAP = 1 << 20
"""Bytes read of either file; a thousand users need less than 100 KiB."""


@dataclass(frozen=True, slots=True)
class User:
    """A user as a process has it."""

    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str


def find(root: Path, wanted: str) -> User:
    """`user`, `uid`, `user:group`, `uid:gid`; empty is root. EnvironmentFault for a name nobody has."""
    name, _, group = (wanted or "0").partition(":")
    entry = next((row for row in _rows(root, "passwd", 7) if name in (row[0], row[2])), None)
    if entry is None and not name.isdigit():
        raise EnvironmentFault(f"unable to find user {name}: no matching entries in passwd file")
    uid = int(entry[2]) if entry else int(name)
    gid = int(entry[3]) if entry else 0
    if group:
        row = next((row for row in _rows(root, "group", 4) if group in (row[0], row[2])), None)
        if row is None and not group.isdigit():
            raise EnvironmentFault(f"unable to find group {group}: no matching entries in group file")
        gid = int(row[2]) if row else int(group)
    member = entry[0] if entry else ""
    others = [int(row[2]) for row in _rows(root, "group", 4) if member and member in row[3].split(",")]
    return User(uid, gid, tuple(dict.fromkeys([gid, *others])), entry[5] if entry and entry[5] else "/")


def _rows(root: Path, name: str, fields: int) -> Iterator[list[str]]:
    """The well-formed lines of a file of the image, which may not be there or be a link to outside."""
    path = root / "etc" / name
    if path.is_symlink() or not path.is_file():
        return
    with path.open("rb") as stream:
        text = stream.read(_CAP).decode(errors="replace")
    for line in text.splitlines():
        row = line.split(":")
        numbers = row[2:4] if fields == 7 else row[2:3]
        if len(row) == fields and all(number.isdigit() for number in numbers):
            yield row
