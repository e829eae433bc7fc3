"""What a function, its extensions and the platform say: kept, passed on as lines and as telemetry."""

import os
import selectors
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from outrider import limits
from outrider.function import telemetry
from outrider.function.frames import Frames, Lines
from outrider.function.telemetry import Event

_READ = 64 << 10


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line (from a runtime: one message) of the log stream."""

    source: str
    """`function`, `extension:NAME` or `platform`."""
    text: str
    time: str
    """ISO 8601, UTC."""


class Logs:
    """The log stream. `on_line` and `on_event` are called in the order of things, one at a time."""

    def __init__(self, on_line: Callable[[LogLine], None] | None = None) -> None:
        self.lines: list[LogLine] = []
        self.events: list[Event] = []
        self.dropped = 0
        """Lines over the cap, which are passed on and not kept."""
        self._on_line = on_line
        self._on_event: list[Callable[[Event], None]] = []
        self._lock = threading.RLock()

    def subscribe(self, on_event: Callable[[Event], None]) -> None:
        """Tell of every event from now on, and of what has been since the life began."""
        with self._lock:
            for event in self.events:
                on_event(event)
            self._on_event.append(on_event)

    def unsubscribe_all(self) -> None:
        """Tell nobody any more; a new life begins."""
        with self._lock:
            self._on_event.clear()

    def say(self, source: str, text: str) -> None:
        """A line of the function or of an extension."""
        kind = source.partition(":")[0]
        with self._lock:
            event = self._event(kind, text)
            self._keep(LogLine(source, text, event["time"]))

    def platform(self, kind: str, record: Mapping[str, Any]) -> None:
        """A platform event and the line made of it, if any."""
        with self._lock:
            event = self._event(f"platform.{kind}", record)
            if line := telemetry.log_line(event):
                self._keep(LogLine("platform", line, event["time"]))

    def note(self, text: str) -> None:
        """A line of the platform that is no event."""
        with self._lock:
            self._keep(LogLine("platform", text, now()))

    def _event(self, kind: str, record: Any) -> Event:
        """Keep and pass on an event."""
        event = {"time": now(), "type": kind, "record": record}
        if len(self.events) < limits.FUNCTION_LOG_LINES:
            self.events.append(event)
        for told in self._on_event:
            told(event)
        return event

    def _keep(self, line: LogLine) -> None:
        """Keep and pass on a line."""
        if len(self.lines) < limits.FUNCTION_LOG_LINES:
            self.lines.append(line)
        else:
            self.dropped += 1
        if self._on_line:
            self._on_line(line)


class Pipes:
    """Reads what the processes write, in one thread, and on demand in the caller's."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._woken, self._wake = os.pipe()
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._closing = False
        self._thread = threading.Thread(target=self._follow, name="output", daemon=True)
        self._thread.start()

    def open(self, source: str, *, framed: bool = False) -> int:
        """The writing end of a new pipe; the caller closes it once a process has it."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        with self._lock:
            parser = Frames() if framed else Lines()
            self._selector.register(reading, selectors.EVENT_READ, (source, parser))
        os.write(self._wake, b"x")
        return writing

    def drain(self) -> None:
        """Everything written so far has been passed on when this returns."""
        with self._lock:
            for key in list(self._selector.get_map().values()):
                if key.data is not None:
                    self._read(key)

    def close(self) -> None:
        """Read what is left and end."""
        self.drain()
        self._closing = True
        os.write(self._wake, b"x")
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            os.close(key.fd)
        os.close(self._wake)
        self._selector.close()

    def _follow(self) -> None:
        """Pass on what comes."""
        while not self._closing:
            ready = self._selector.select()
            with self._lock:
                for key, _ in ready:
                    if key.data is None:
                        os.read(self._woken, 512)
                    elif key.fd in self._selector.get_map():
                        self._read(key)

    def _read(self, key: selectors.SelectorKey) -> None:
        """All a pipe holds; at its end the pipe goes."""
        source, parser = key.data
        with suppress(BlockingIOError):
            while data := os.read(key.fd, _READ):
                self._say(source, parser.feed(data))
            self._say(source, [parser.rest()])
            self._selector.unregister(key.fd)
            os.close(key.fd)

    def _say(self, source: str, lines: list[str]) -> None:
        """Pass lines on, without the empty ones."""
        for line in lines:
            if line:
                self._logs.say(source, line)


def now() -> str:
    """The time as Lambda writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
