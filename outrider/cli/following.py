"""Events as they are written. Files may grow, be put aside under another name, be replaced, be removed."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from outrider.cli.flight_files import SegmentTail, is_segment
from outrider.errors import InvalidInput
from outrider.limits import EVENT_LINE
from outrider.model.event import Event

POLL_SECONDS = 0.5
_CHUNK = 1 << 20


@dataclass(slots=True)
class _Tail:
    """One open file, and the beginning of a line whose end is not written yet."""

    path: str
    stream: BinaryIO
    rest: bytearray = field(default_factory=bytearray)

    def new(self) -> Iterator[bytes]:
        """Complete lines since the last time. One over the cap comes in pieces, which are no events."""
        if os.fstat(self.stream.fileno()).st_size < self.stream.tell():
            self.stream.seek(0)  # emptied and written anew
            self.rest.clear()
        while data := self.stream.read(_CHUNK):
            self.rest += data
            *complete, last = self.rest.split(b"\n")
            if len(last) > EVENT_LINE:
                complete.append(last)
                last = bytearray()
            self.rest = last
            yield from (bytes(line) for line in complete if line.strip())


def follow(
    paths: Callable[[], Iterable[str]], pause: Callable[[float], None] = time.sleep
) -> Iterator[tuple[str, bytes | Event | InvalidInput]]:
    """Yield path and line, or event of a flight record, or what keeps the rest of a segment from being read.

    For ever, from the beginning of each file; `paths` is asked anew at each round. A file is known by its
    inode: put aside under another name it is not told again.
    """
    tails: dict[tuple[int, int], _Tail | SegmentTail] = {}
    while True:
        there = _files(paths())
        for identity, path in there.items():
            if identity not in tails:
                opened = Path(path).open("rb")  # noqa: SIM115 - held while it is followed
                tails[identity] = (SegmentTail if is_segment(path) else _Tail)(path, opened)
        for identity in list(tails):
            tail = tails[identity]
            yield from ((tail.path, found) for found in tail.new())
            if identity not in there:
                tail.stream.close()
                del tails[identity]
        pause(POLL_SECONDS)


def _files(paths: Iterable[str]) -> dict[tuple[int, int], str]:
    """Files that are there, by their identity, the oldest first."""
    found = []
    for path in paths:
        try:
            status = Path(path).stat()
        except FileNotFoundError:
            continue  # between two names, or not made yet
        found.append((status.st_mtime_ns, (status.st_dev, status.st_ino), path))
    return {identity: path for _, identity, path in sorted(found)}
