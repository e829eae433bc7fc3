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
        self._references: dict[tuple[Any, ...], int] = {}
        self._slots: list[tuple[Any, ...]] = []
        self._next = 0

    def put(self, out: bytearray, event: Event) -> None:
        """Append a reference, and the group when it is new."""
        key = self._group.key(event)
        reference = self._references.get(key)
        if reference is not None:
            if reference < 0x80:
                out.append(reference)
            else:
                varint.put(out, reference)
            return
        start = len(out)
        out.append(NEW)
        self._group.put(out, key)
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
        self._references[key] = self._next + FIRST_SLOT
        self._next = (self._next + 1) % SLOTS


class EventEncoder:
    """Encodes the events of one segment."""

    def __init__(self) -> None:
        self._seq = self._dropped = self._pid = 0
        self._told = tuple(_Told(group) for group in GROUPS)

    def put(self, out: bytearray, event: Event, time_ns: int) -> None:
        """Append one event; `time_ns` is that of the one before it, or of the frame."""
        varint.put_signed(out, event.seq - self._seq - 1)
        varint.put_signed(out, event.time_ns - time_ns)
        varint.put_signed(out, event.dropped - self._dropped)
        varint.put_signed(out, event.pid - self._pid)
        self._seq, self._dropped, self._pid = event.seq, event.dropped, event.pid
        for told in self._told:
            told.put(out, event)


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
