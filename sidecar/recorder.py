"""The flight recorder of one container: JSON lines in a file, and the file before it. Survives kill -9.

A line is handed to the kernel before its frame is acknowledged, so it outlives the agent; it is not synced to
the disk each time, because a Fargate task's disk does not outlive the machine. Files are synced when they are
put aside and at the end.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from outrider.limits import EVENT_LINE
from sidecar.files import make_directory, write_atomic

FILE_MODE = 0o600
"""Arguments of programs may hold secrets: the record is for root."""

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_TAIL = 64 << 10


class Recorder:
    """One record file. Its methods block. When one raises OSError, nothing of what it should write stays."""

    def __init__(self, path: Path, cap: int) -> None:
        self.path = path
        self.previous = path.with_name(f"{path.name}.1")
        """The file that was put aside last."""
        self.cap = cap
        self.repaired = 0
        """Bytes of a line cut off by a crash, removed when the record was opened."""
        self._descriptor = -1
        self._size = 0

    def open(self) -> None:
        """Open for appending, after cutting off a last line that a crash left without its end."""
        make_directory(self.path.parent, 0o700)
        self._descriptor = os.open(self.path, _FLAGS | os.O_CREAT, FILE_MODE)
        size = os.fstat(self._descriptor).st_size
        self._size = self._end_of_last_line(size)
        if self._size < size:
            os.ftruncate(self._descriptor, self._size)
            self.repaired = size - self._size

    def lines(self) -> Iterator[bytes]:
        """Whole lines of the current file, or of the one before when there is no other yet."""
        path = self.path if self.path.exists() and self.path.stat().st_size else self.previous
        with suppress(FileNotFoundError), path.open("rb") as stream:
            while line := stream.readline(EVENT_LINE + 1):
                if line.endswith(b"\n"):
                    yield line

    def append(self, data: bytes, first_lines: Callable[[], bytes] = bytes) -> None:
        """Write whole lines. When the file would grow over its cap it is put aside, and a new one begins with
        `first_lines`: what a reader needs who has no other file.
        """
        if self._size and self._size + len(data) > self.cap:
            self._turn_over(first_lines())
        start = self._size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            os.ftruncate(self._descriptor, start)
            raise
        self._size = start + len(data)

    def problem(self) -> str:
        """Say why nothing could be written now; empty when it could, as far as one can tell unwritten."""
        try:
            found, held = self.path.stat(), os.fstat(self._descriptor)
            space = os.fstatvfs(self._descriptor)
        except OSError as error:
            return f"{self.path}: {error.strerror}"
        if (found.st_dev, found.st_ino) != (held.st_dev, held.st_ino):
            return f"{self.path} was taken away"
        if space.f_flag & os.ST_RDONLY:
            return f"{self.path}: its file system is read-only"
        if space.f_bavail * space.f_frsize < EVENT_LINE:
            return f"{self.path}: no space left"
        return ""

    def close(self) -> None:
        """Sync and close; the recorder is of no more use."""
        if self._descriptor >= 0:
            os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _turn_over(self, first_lines: bytes) -> None:
        """Put the file aside and begin another. Without space for another, nothing has changed.

        A crash between the two renames leaves no current file: `lines` copes.
        """
        os.fsync(self._descriptor)
        following = self.path.with_name(f"{self.path.name}.next")
        write_atomic(following, first_lines, FILE_MODE)
        fresh = os.open(following, _FLAGS)
        with suppress(FileNotFoundError):
            self.path.replace(self.previous)
        following.replace(self.path)
        os.close(self._descriptor)
        self._descriptor, self._size = fresh, len(first_lines)

    def _end_of_last_line(self, size: int) -> int:
        """Offset after the last newline."""
        end = size
        while end:
            start = max(0, end - _TAIL)
            place = os.pread(self._descriptor, end - start, start).rfind(b"\n")
            if place >= 0:
                return start + place + 1
            end = start
        return 0
