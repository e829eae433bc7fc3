"""A folder of this machine as a part of an artifact."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.outcome import Failed
from outrider.scan.image.entry import Entry, EntryKind
from outrider.scan.image.names import shown
from outrider.scan.image.notes import Notes
from outrider.scan.inventory.extractor import Found
from outrider.scan.parts import Again, read_entries
from outrider.scan.walk.blob import Ahead
from outrider.scan.walk.contents import FileFacts, LayerContents, Reading
from outrider.scan.walk.crew import Crew
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.readers import Readers

_KINDS = {
    stat.S_IFREG: EntryKind.FILE,
    stat.S_IFDIR: EntryKind.DIRECTORY,
    stat.S_IFLNK: EntryKind.SYMLINK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryPart:
    """A folder of this machine. Links are not followed, other file systems not entered."""

    name: str
    path: Path
    identity: str = ""
    size: int = -1

    def read(
        self,
        interest: Interest,
        readers: Readers,
        *,
        again: Again | None = None,
        ahead: Ahead | None = None,
        crew: Crew | None = None,
    ) -> LayerContents:
        """Walk the folder in the order of its names."""
        walked = _Walked()
        entries = _walk(self.path, walked)
        found = read_entries(
            entries, self.name, interest, readers, notes=walked.notes, again=again, crew=crew
        )
        return found if again is not None else replace(found, files=(*found.files, *walked.not_read()))


class _Walked:
    """What a walk through a folder could not, or would not, look at."""

    def __init__(self) -> None:
        self.notes = Notes()
        self._failed: dict[str, str] = {}
        self._left_out: dict[str, str] = {}
        self._more = 0

    def failed(self, path: str, error: OSError) -> None:
        """Something that is there and cannot be read."""
        if len(self._failed) < limits.ARCHIVE_NOTES:
            self._failed[path] = f"cannot be read: {error.strerror or error}"
        else:
            self._more += 1

    def left_out(self, path: str, why: str) -> None:
        """Something that is not looked at on purpose."""
        if len(self._left_out) < limits.ARCHIVE_NOTES:
            self._left_out[path] = why

    def not_read(self) -> Iterator[FileFacts]:
        """The same, as outcomes are made of it."""
        more = f" (and {self._more} more that are not named)" if self._more else ""
        for path, error in sorted(self._failed.items()):
            yield FileFacts(path=path, failures=(Failed(shown(f"/{path}"), error + more),))
            more = ""
        for path, why in sorted(self._left_out.items()):
            yield FileFacts(path=path, readings=(Reading("folder", Found(inexact=(why,))),))


def _walk(root: Path, walked: _Walked) -> Iterator[Entry]:
    """Entries of a folder."""

    def failed(error: OSError) -> None:
        walked.failed(os.path.relpath(error.filename or root, root), error)

    device = root.stat().st_dev
    for folder, folders, files in os.walk(root, onerror=failed):
        inside = Path(folder)
        folders.sort()
        for name in list(folders):
            path = inside / name
            with suppress(OSError):
                if path.lstat().st_dev != device:
                    folders.remove(name)
                    walked.left_out(str(path.relative_to(root)), "another file system: not entered")
        for name in (*folders, *sorted(files)):
            path = inside / name
            try:
                yield from _entry(root, path)
            except OSError as error:
                walked.failed(str(path.relative_to(root)), error)


def _entry(root: Path, path: Path) -> Iterator[Entry]:
    """One entry; its file is open while it is looked at."""
    found = path.lstat()
    entry = Entry(
        path=str(path.relative_to(root)),
        kind=_KINDS.get(stat.S_IFMT(found.st_mode), EntryKind.OTHER),
        mode=stat.S_IMODE(found.st_mode),
        uid=found.st_uid,
        gid=found.st_gid,
    )
    if entry.kind is EntryKind.SYMLINK:
        entry.link = str(path.readlink())
    if entry.kind is not EntryKind.FILE:
        yield entry
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        now = os.fstat(descriptor)
        if not stat.S_ISREG(now.st_mode):
            raise OSError(errno.ESTALE, "it was replaced while it was opened")
        entry.size = now.st_size
        entry.capabilities = _capabilities(descriptor)
        entry.read = _reader(stream, entry.path, now.st_size)
        yield entry


def _reader(stream: IO[bytes], path: str, size: int) -> Callable[[int], bytes]:
    """What Entry.read is: never more than the size that was told, and never an error but ours."""
    left = size

    def read(most: int) -> bytes:
        nonlocal left
        try:
            piece = stream.read(min(most, left)) or b""
        except OSError as error:
            raise InvalidInput(f"{shown('/' + path)} cannot be read: {error.strerror or error}") from None
        if not piece and most and left:
            raise InvalidInput(f"{shown('/' + path)} became shorter while it was read")
        left -= len(piece)
        return piece

    return read


def _capabilities(descriptor: int) -> bytes:
    """The file capabilities, where the file system has such attributes."""
    with suppress(OSError):
        return os.getxattr(descriptor, "security.capability")
    return b""
