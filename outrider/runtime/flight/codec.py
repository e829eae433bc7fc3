"""Events → bytes and back, each told by how it differs from those before it."""

from collections.abc import Iterator
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.event import Event
from outrider.runtime import made
from outrider.runtime.flight import varint
from outrider.runtime.flight.caps import REMEMBERED, SLOTS
from outrider.runtime.flight.fields import GROUPS, HIGHEST, LOWEST, Cursor, Group

NEW, PASSING, FIRST_SLOT = 0, 1, 2
"""References: a group that is remembered, one that is not, and those remembered."""


class _Told:
    """What a writer remembers of one group."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self.key = group.keys()
        self.last_key: tuple[Any, ...] = ()
        """Of the event before: the next one's is often the same."""
        self.last_reference = NEW
        self._references: dict[tuple[Any, ...], int] = {}
        self._slots: list[tuple[Any, ...]] = []
        self._next = 0

    def put(self, out: bytearray, event: Event, key: tuple[Any, ...]) -> None:
        """Append a reference to the group of this key, and the group when it is new."""
        reference = self._references.get(key)
        if reference is not None:
            self.last_key, self.last_reference = key, reference
            if reference < 0x80:
                out.append(reference)
            else:
                varint.put(out, reference)
            return
        start = len(out)
        out.append(NEW)
        self._group.put(out, event)
        if len(out) - start - 1 > REMEMBERED:
            out[start] = PASSING
        else:
            self._remember(key)

    def _remember(self, key: tuple[Any, ...]) -> None:
        """Put it in the next slot, in place of what was there."""
        if len(self._slots) < SLOTS:
            self._slots.append(key)
        else:
            del self._references[self._slots[self._next]]
            self._slots[self._next] = key
        self.last_key, self.last_reference = key, self._next + FIRST_SLOT
        self._references[key] = self.last_reference
        self._next = (self._next + 1) % SLOTS


class EventEncoder:
    """Encodes the events of one segment."""

    def __init__(self) -> None:
        self._seq = self._dropped = self._pid = 0
        self._told = tuple(_Told(group) for group in GROUPS)

    def put(self, out: bytearray, event: Event, time_ns: int) -> None:
        """Append one event; `time_ns` is that of the one before it, or of the frame."""
        seq, dropped, pid = event.seq, event.dropped, event.pid
        since_ns, lost = event.time_ns - time_ns, dropped - self._dropped
        for number in (seq - self._seq - 1, since_ns, lost, pid - self._pid):
            if -0x40 <= number < 0x40:  # what put_signed makes of most of them
                out.append(number << 1 if number >= 0 else (-number << 1) - 1)
            else:
                varint.put_signed(out, number)
        self._seq, self._dropped, self._pid = seq, dropped, pid
        for told in self._told:
            key = told.key(event)
            if key == told.last_key and told.last_reference < 0x80:
                out.append(told.last_reference)
            else:
                told.put(out, event, key)


class _Heard:
    """What a reader remembers of one group."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._slots: list[dict[str, Any]] = []
        self._next = 0

    def read(self, cursor: Cursor) -> dict[str, Any]:
        """The fields that a reference stands for."""
        reference = cursor.number()
        if reference >= FIRST_SLOT:
            if reference - FIRST_SLOT >= len(self._slots):
                raise InvalidInput("a reference to what was never told")
            return self._slots[reference - FIRST_SLOT]
        start = cursor.at
        found = self._group.read(cursor)
        if reference == NEW:
            if cursor.at - start > REMEMBERED:
                raise InvalidInput("a group too large to be remembered")
            self._remember(found)
        return found

    def _remember(self, found: dict[str, Any]) -> None:
        """As the writer does."""
        if len(self._slots) < SLOTS:
            self._slots.append(found)
        else:
            self._slots[self._next] = found
        self._next = (self._next + 1) % SLOTS


class EventDecoder:
    """Decodes the events of one segment. After InvalidInput it is of no more use."""

    def __init__(self) -> None:
        self._seq = self._dropped = self._pid = 0
        self._heard = tuple(_Heard(group) for group in GROUPS)

    def read(self, data: bytes, count: int, time_ns: int) -> Iterator[Event]:
        """Yield the events of one frame, whose earliest time is `time_ns`. Raises InvalidInput."""
        cursor = Cursor(data)
        act, actor, thing, rest = self._heard
        for _ in range(count):
            self._seq += cursor.signed() + 1
            time_ns += cursor.signed()
            self._dropped += cursor.signed()
            self._pid += cursor.signed()
            for number in (self._seq, self._dropped, self._pid):
                if not LOWEST <= number <= HIGHEST:
                    raise InvalidInput("a number that the wire could not have carried")
            fields = act.read(cursor) | actor.read(cursor) | thing.read(cursor) | rest.read(cursor)
            if "type" not in fields:
                raise InvalidInput("an event without a type")
            fields["seq"], fields["time_ns"] = self._seq, time_ns
            fields["dropped"], fields["pid"] = self._dropped, self._pid
            yield made.event(fields)
        if cursor.at != len(data):
            raise InvalidInput("more in a frame than its events")
