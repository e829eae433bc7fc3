"""Lookups → events: each is told, what is the same is counted, and a flood is cut.

A program that looks one name up a thousand times a second makes one event now and one a minute later that
says how often. A program that makes up a thousand names a second, as a tunnel does, makes as many events as
are wanted, and then a count.
"""

from collections import OrderedDict
from dataclasses import dataclass

from outrider.model.event import Event, FrameType, Kind, Verdict
from outrider.runtime.resolutions import Lookup

WINDOW_NS = 60_000_000_000
"""What is the same within it is one event."""
MOST_REMEMBERED = 2048
"""Lookups, a count; the one told longest ago gives way."""
MOST_A_SECOND = 100
"""Events. A resolver that is asked more often is asked by a tunnel, or by a crawler."""

TYPES = {
    1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 10: "NULL", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV",
    35: "NAPTR", 64: "SVCB", 65: "HTTPS", 255: "ANY", 257: "CAA",
}  # fmt: skip
"""Names of record types; others are told as `TYPE99` (RFC 3597)."""


@dataclass(slots=True)
class _Told:
    """A lookup of which there was an event."""

    time_ns: int
    more: int = 0
    """Since then."""


class Lookups:
    """Events of one task's lookups. Times in ns since the epoch; they may jump, then events come early or
    late.
    """

    def __init__(self, container: str) -> None:
        self.untold = 0
        """Lookups that were cut off, a count."""
        self._container = container
        self._told: OrderedDict[Lookup, _Told] = OrderedDict()
        self._second = 0
        self._this_second = 0

    def take(self, lookup: Lookup, time_ns: int) -> list[Event]:
        """Return the events that are due because of a lookup: none, when it was told before."""
        known = self._told.get(lookup)
        if known is not None:
            known.more += 1
            return []
        if not self._may_tell(time_ns):
            self.untold += 1
            return []
        events = []
        if len(self._told) >= MOST_REMEMBERED:
            oldest, told = self._told.popitem(last=False)
            events += [self._event(oldest, time_ns, told.more)] if told.more else []
        self._told[lookup] = _Told(time_ns)
        return [*events, self._event(lookup, time_ns, 1)]

    def due(self, time_ns: int) -> list[Event]:
        """Return the events about what was repeated in a window that is over."""
        events = []
        for lookup, told in list(self._told.items()):
            if 0 <= time_ns - told.time_ns < WINDOW_NS:
                break
            del self._told[lookup]
            if told.more:
                events.append(self._event(lookup, time_ns, told.more))
                self._told[lookup] = _Told(time_ns)
        return events

    def _may_tell(self, time_ns: int) -> bool:
        """Whether there is room in this second."""
        second = time_ns // 1_000_000_000
        if second != self._second:
            self._second, self._this_second = second, 0
        self._this_second += 1
        return self._this_second <= MOST_A_SECOND

    def _event(self, lookup: Lookup, time_ns: int, count: int) -> Event:
        """One event; its `count` says how many lookups it stands for."""
        kind = TYPES.get(lookup.type, f"TYPE{lookup.type}")
        outcome = f"rcode={lookup.rcode} answers={lookup.answers}" if lookup.answered else "unanswered"
        return Event(
            type=FrameType.EVENT,
            seq=0,
            time_ns=time_ns,
            container=self._container,
            kind=Kind.RESOLVE,
            verdict=Verdict.ALLOW,
            target=lookup.name or ".",
            address=lookup.resolver,
            count=count,
            message=f"type={kind} {outcome}",
        )
