"""Entries: what any source of files - a layer, a zip, a folder - yields, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    """Another name of a file that came earlier in the same layer."""
    OTHER = "other"
    """Devices, FIFOs, sockets: never read."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One entry. `read` works until the next entry is taken from the source."""

    path: str
    """Relative, normalised: no leading slash, no empty, `.` or `..` part; bytes that are not UTF-8 as
    surrogates."""
    kind: EntryKind
    size: int = 0
    """Bytes of content; 0 for what has none."""
    mode: int = 0
    """Permission bits, set-user-ID and its kin included (0o7777)."""
    offset: int = -1
    """Where its content begins in the source, bytes, for sources that keep it in one piece; -1: not known."""
    uid: int = 0
    gid: int = 0
    link: str = ""
    """SYMLINK: the target as written. HARDLINK: the other path, normalised as `path`."""
    capabilities: bytes = b""
    """Value of the `security.capability` attribute."""
    read: Callable[[int], bytes] = lambda most: b""
    """The next bytes of the content, at most so many; empty at the end. Raises InvalidInput where it is cut
    short."""
