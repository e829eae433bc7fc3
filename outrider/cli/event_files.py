"""Records of a task, event files and logs of a function → events, with a count of what was none."""

import heapq
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from outrider import limits
from outrider.cli.console import ERR
from outrider.cli.files import STANDARD, Line, read_lines
from outrider.cli.flight_files import is_segment, records, segment_events
from outrider.errors import ExitStatus, InvalidInput, UsageError
from outrider.model.event import Event
from outrider.model.outcome import Failed
from outrider.runtime import jsonl, log_line
from outrider.runtime.acts import Acts

_WHAT = "the event file"
_SHOWN = 5


@dataclass(slots=True)
class EventReader:
    """Reads events and remembers what could not be read."""

    failed: list[Failed] = field(default_factory=list)
    """One for each line that is no event, up to a few; `failures` counts all."""
    failures: int = 0

    def read(self, paths: Iterable[str]) -> Iterator[Event]:
        """Events of files and directories, file after file."""
        for path in event_paths(paths):
            yield from self.read_file(path)

    def read_in_order(self, paths: Iterable[str]) -> Iterator[Event]:
        """Events of files and directories in order of time, each file being in order already."""
        files = [self.read_file(path) for path in event_paths(paths)]
        return heapq.merge(*files, key=lambda event: event.time_ns)

    def read_file(self, path: str) -> Iterator[Event]:
        """Events of one file."""
        if is_segment(path):
            yield from segment_events(path, self.note)
            return
        with closing(read_lines(path, limits.EVENT_LINE, _WHAT)) as lines:
            for line in lines:
                if not line.data and not line.too_long:
                    continue
                event = self.parse(line.data, f"{shown(path)}, line {line.number}", complete=line.complete)
                if event is not None:
                    yield event

    def parse(self, data: bytes, place: str, *, complete: bool = True) -> Event | None:
        """One line; None when it is no event, and then it is noted, unless it is still being written."""
        try:
            if not data:
                raise InvalidInput(f"longer than {limits.EVENT_LINE} bytes")
            return None if log_line.incident_from_line(data) is not None else jsonl.from_line(data)
        except InvalidInput as error:
            if complete:
                self.note(place, error)
            return None

    def note(self, place: str, error: InvalidInput) -> None:
        """Remember what could not be read."""
        self.failures += 1
        if len(self.failed) < _SHOWN:
            self.failed.append(Failed(place, error.message, error.hint))

    def finish(self) -> ExitStatus:
        """Say on stderr what could not be read; return the exit status that follows from it."""
        for failed in self.failed:
            ERR.print(f"not an event: {failed.subject}: {failed.error}", markup=False)
        if self.failures > len(self.failed):
            ERR.print(f"and {self.failures - len(self.failed)} more lines that are no events", markup=False)
        return ExitStatus.INCOMPLETE if self.failures else ExitStatus.OK


@dataclass(slots=True)
class LogReader:
    """Reads what can be learned from files in which others may write too: the logs of functions."""

    problems: EventReader = field(default_factory=EventReader)
    """Lines that say they are ours, and are not what ours are."""
    passed_over: int = 0
    """Lines of others."""

    def read(self, paths: Iterable[str]) -> Iterator[Event | Acts]:
        """Events and learned acts of files and directories, file after file."""
        for path in event_paths(paths):
            if is_segment(path):
                yield from segment_events(path, self.problems.note)
                continue
            with closing(read_lines(path, limits.FUNCTION_LOG_LINE, _WHAT)) as lines:
                for line in lines:
                    if line.data or line.too_long:
                        yield from self._take(line, path)

    def _take(self, line: Line, path: str) -> Iterator[Event | Acts]:
        """What one line tells; no line of ours is too long."""
        try:
            told = log_line.from_line(line.data) if not line.too_long else None
        except InvalidInput as error:
            if line.complete:
                self.problems.note(f"{shown(path)}, line {line.number}", error)
            return
        if told is not None:
            yield told
        elif not log_line.is_counters(line.data):
            self.passed_over += 1


def event_paths(paths: Iterable[str]) -> list[str]:
    """Files to read. Of a directory its segments, those of the directories in it (the records of all
    containers), and its `*.jsonl`. Raises UsageError: there is none.
    """
    found: list[str] = []
    for path in paths:
        if path == STANDARD or not Path(path).is_dir():
            found.append(path)
            continue
        inside = [str(file) for file in records(Path(path))]
        inside += sorted(str(file) for file in Path(path).glob("[!.]*.jsonl*") if _is_record(file))
        if not inside:
            raise UsageError(
                f"no event files (*.flight, *.jsonl) in {path}", hint="name the files themselves."
            )
        found += inside
    if not found:
        raise UsageError("no event files", hint="name files, directories, or - for standard input.")
    if STANDARD in found and sys.stdin.isatty():
        ERR.print("reading events from standard input; end with Ctrl-D")
    return found


def _is_record(file: Path) -> bool:
    """Whether a file holds lines of events; `.next` is one that an older release was making."""
    return file.is_file() and not file.name.endswith(".next")


def shown(path: str) -> str:
    """A path as it is named in messages."""
    return "standard input" if path == STANDARD else path
