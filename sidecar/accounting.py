"""Was anything lost? For every life of a supervised container: received + dropped = last seq.

A frame keeps its number when the supervisor has to drop it, so a hole in the numbers is a frame that was
lost, and the supervisor's own count says how many holes there should be.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from outrider.model.event import Event, FrameType

MAX_INSTANCES = 32
"""Lives of one container that are kept apart. A container that restarts has a new one each time."""

_NUMBERS = re.compile(r"received=(\d{1,20}) dropped=(\d{1,20}) missing=(\d{1,20}) last_seq=(\d{1,20})\b")


@dataclass(slots=True)
class Tally:
    """The count of one life of a container."""

    received: int = 0
    """Frames written to the record, each once."""
    last_seq: int = 0
    dropped: int = 0
    """What the supervisor says it dropped."""

    @property
    def missing(self) -> int:
        """Holes in the numbers."""
        return self.last_seq - self.received

    @property
    def unaccounted(self) -> int:
        """Holes that the supervisor does not own up to; anything but 0 is a defect or a forgery."""
        return max(0, self.missing - self.dropped)

    def message(self) -> str:
        """The tally as the `name=value` text of a counters event; `Accounts.restore` reads it."""
        return (
            f"received={self.received} dropped={self.dropped} missing={self.missing} "
            f"last_seq={self.last_seq} unaccounted={self.unaccounted}"
        )


class Accounts:
    """The tallies of one container, by instance, the latest last."""

    def __init__(self) -> None:
        self._tallies: OrderedDict[str, Tally] = OrderedDict()
        self._told: dict[str, Tally] = {}

    def knows(self, instance: str) -> bool:
        """Whether frames of this instance were recorded before."""
        return instance in self._tallies

    def last_seq(self, instance: str) -> int:
        """Return the last recorded frame of an instance: what may be acknowledged. 0 when there is none."""
        tally = self._tallies.get(instance)
        return tally.last_seq if tally else 0

    def unrecorded(self, events: list[Event]) -> list[Event]:
        """Return the frames not recorded yet: after a reconnect a supervisor sends some again."""
        fresh = []
        seen: dict[str, int] = {}
        for event in events:
            last = seen.get(event.instance, self.last_seq(event.instance))
            if event.seq > last:
                seen[event.instance] = event.seq
                fresh.append(event)
        return fresh

    def take(self, event: Event) -> None:
        """Count a frame that was written (HELLO has no number: it only brings the count of drops)."""
        self.take_all((event,))

    def take_all(self, events: Iterable[Event]) -> None:
        """Likewise, of many."""
        instance: str | None = None
        for event in events:
            if event.instance != instance:
                instance, tally = event.instance, self._tally(event.instance)
            tally.dropped = max(tally.dropped, event.dropped)
            if event.seq > tally.last_seq:
                tally.received += 1
                tally.last_seq = event.seq

    def restore(self, event: Event) -> None:
        """Take a line of the record at start: frames count again, an account line sets its tally."""
        if not event.instance:
            return
        if event.type is FrameType.COUNTERS and event.seq == 0:
            if found := _NUMBERS.search(event.message):
                received, dropped, _, last_seq = map(int, found.groups())
                tally = self._tally(event.instance)
                tally.received, tally.dropped, tally.last_seq = received, dropped, last_seq
        else:
            self.take(event)

    def lines(self, container: str, time_ns: int, *, all_of_them: bool) -> list[Event]:
        """Account lines of every instance, or only of those whose tally changed since the last time.

        They are counters events with seq 0, which no frame of a supervisor but HELLO has.
        """
        lines = []
        for instance, tally in self._tallies.items():
            now = Tally(tally.received, tally.last_seq, tally.dropped)
            if not all_of_them and self._told.get(instance, Tally()) == now:
                continue
            self._told[instance] = now
            lines.append(
                Event(
                    type=FrameType.COUNTERS,
                    seq=0,
                    time_ns=time_ns,
                    instance=instance,
                    container=container,
                    dropped=tally.dropped,
                    message=f"agent: {tally.message()}",
                )
            )
        return lines

    def __iter__(self) -> Iterator[tuple[str, Tally]]:
        return iter(self._tallies.items())

    def _tally(self, instance: str) -> Tally:
        """The tally of an instance, now the latest; the oldest gives way when there are too many."""
        tally = self._tallies.setdefault(instance, Tally())
        self._tallies.move_to_end(instance)
        if len(self._tallies) > MAX_INSTANCES:
            gone, _ = self._tallies.popitem(last=False)
            self._told.pop(gone, None)
        return tally
