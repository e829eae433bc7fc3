"""JSON lines for the log driver. One that does not read never holds up the intake.

Lines are left out then, and counted, and the log says how many. The flight record has them all.
"""

import os
import select
import threading
from collections import OrderedDict, deque

from outrider.model.event import Event, FrameType, Verdict, deviates
from outrider.runtime.jsonl import to_line
from sidecar import notices
from sidecar.settings import Log

MAX_LINES = 8192
"""Lines kept for a slow reader: some 4 MiB."""
MAX_REMEMBERED = 8192
"""Deviations whose repeats are to be told too."""

_AT_ONCE = 256
_ALWAYS = {FrameType.POLICY, FrameType.START, FrameType.TROUBLE}


class Stdout:
    """A bounded queue and the thread that empties it into a descriptor."""

    def __init__(self, keep: Log, descriptor: int = 1, max_lines: int = MAX_LINES) -> None:
        self.left_out = 0
        """Lines left out since the start."""
        self._keep = keep
        self._descriptor = descriptor
        self._max_lines = max_lines
        self._untold = 0
        self._lines: deque[bytes] = deque()
        self._deviations: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="stdout", daemon=True)

    def start(self) -> None:
        """Begin writing."""
        self._thread.start()

    def offer(self, event: Event) -> bool:
        """Take an event if it is one of those wanted, and say whether it is. Never blocks."""
        if not self.wants(event):
            return False
        self.put(to_line(event))
        return True

    def offer_all(self, events: list[Event]) -> list[Event]:
        """Likewise, of many; return those that are wanted."""
        return [event for event in events if self.offer(event)]

    def put(self, text: str) -> None:
        """Take a line as it is, without its end. Never blocks."""
        line = text.encode() + b"\n"
        with self._changed:
            if len(self._lines) < self._max_lines:
                self._lines.append(line)
                self._changed.notify()
            else:
                self.left_out += 1
                self._untold += 1

    def wants(self, event: Event) -> bool:
        """Whether the event is one for the log: any, or only what deviates."""
        if event.type is FrameType.EVENT and event.verdict is Verdict.ALLOW:
            return self._keep == "all"
        if deviates(event):
            self._deviations[event.instance, event.seq] = None
            if len(self._deviations) > MAX_REMEMBERED:
                self._deviations.popitem(last=False)
            return True
        if self._keep == "all" or event.type in _ALWAYS:
            return True
        if event.type is FrameType.REPEAT:
            return (event.instance, event.ref_seq) in self._deviations
        return event.type is FrameType.COUNTERS and event.seq == 0 and event.dropped > 0

    def close(self, seconds: float) -> None:
        """Write what is waiting, for at most so long; later lines are not taken."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _work(self) -> None:
        """Write until closed, or until nobody can ever read again."""
        while batch := self._next():
            try:
                self._write(batch)
            except OSError:  # the reader is gone for good: count, do not grow
                with self._changed:
                    self._max_lines = 0
                    self.left_out += len(self._lines) + 1
                    self._lines.clear()
                return

    def _next(self) -> bytes:
        """Lines to write now; empty when closed and nothing waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._closing)
            count = min(len(self._lines), _AT_ONCE)
            batch = b"".join(self._lines.popleft() for _ in range(count))
            untold, self._untold = self._untold, 0
        if untold:
            told = notices.trouble(
                "", f"{untold} lines were left out of this log; the flight record has them"
            )
            batch += to_line(told).encode() + b"\n"
        return batch

    def _write(self, data: bytes) -> None:
        """Write all of it, also into a descriptor that somebody made non-blocking."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._descriptor, view) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [])
