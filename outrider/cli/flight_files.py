"""Segments of a flight record as files: read to their end, or followed as they grow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from outrider.cli.console import ERR
from outrider.cli.files import open_input
from outrider.errors import InvalidInput
from outrider.model.event import Event
from outrider.runtime.flight.reader import Damage, SegmentReader, read_segment
from outrider.runtime.flight.segment import SUFFIX, file_number

_CHUNK = 64 << 10


def is_segment(path: str | Path) -> bool:
    """Whether a file is a segment, by its name."""
    return str(path).endswith(SUFFIX)


def segments(directory: Path) -> list[Path]:
    """Segments of one record, the oldest first."""
    return sorted(path for path in directory.glob(f"*{SUFFIX}") if file_number(path.name) is not None)


def records(directory: Path) -> list[Path]:
    """Segments of a directory, or of the directories in it: a record, or the records of all containers."""
    found = segments(directory)
    for inside in sorted(directory.iterdir()):
        if inside.is_dir() and not inside.name.startswith("."):
            found += segments(inside)
    return found


def segment_events(path: str, note: Callable[[str, InvalidInput], None]) -> Iterator[Event]:
    """Events of one segment; `note` is told what could not be read. Raises UsageError, EnvironmentFault."""
    with open_input(path, "the flight record") as stream:
        for found in read_segment(stream):
            if isinstance(found, Event):
                yield found
            else:
                _tell(path, found, note)


def _tell(path: str, damage: Damage, note: Callable[[str, InvalidInput], None]) -> None:
    """A torn end is what a crash, or a reader that looks while it is written, sees: no failure."""
    said = f"{damage.reason}; {damage.passed_over} bytes passed over"
    if damage.torn:
        ERR.print(f"{path}: {said}", markup=False)
    else:
        note(path, InvalidInput(said))


class SegmentTail:
    """One segment that is followed as it grows."""

    def __init__(self, path: str, stream: BinaryIO) -> None:
        self.path, self.stream = path, stream
        self._reader: SegmentReader | None = SegmentReader()

    def new(self) -> Iterator[Event | InvalidInput]:
        """Events since the last time; once, what keeps the rest from being read."""
        while self._reader is not None and (data := self.stream.read(_CHUNK)):
            try:
                yield from self._reader.feed(data)
            except InvalidInput as error:
                self._reader = None
                yield error
