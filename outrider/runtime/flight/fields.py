"""Fields of an event in the record: which go together, and how each is written and read."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from outrider.errors import InvalidInput
from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Mode, Verdict
from outrider.runtime.flight import varint

LOWEST, HIGHEST = -(1 << 31), (1 << 64) - 1
"""What the wire could have carried."""
MOST_LINES = 256
"""Lines of ancestors (a count) that a writer keeps taken apart: of eight each, some 500 KiB at the most."""


class Cursor:
    """Reads values from one frame's unpacked payload. Its methods raise InvalidInput."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self) -> int:
        """A varint."""
        at = self.at
        if at < len(self.data) and (byte := self.data[at]) < 0x80:
            self.at = at + 1
            return byte
        found = varint.take(self.data, at)
        if found is None:
            raise InvalidInput("events end within one")
        self.at = found[1]
        return found[0]

    def signed(self) -> int:
        """A zigzag varint."""
        return varint.signed(self.number())

    def bounded(self) -> int:
        """A zigzag varint that the wire could have carried."""
        value = varint.signed(self.number())
        if not LOWEST <= value <= HIGHEST:
            raise InvalidInput("a number that the wire could not have carried")
        return value

    def text(self) -> str:
        """A varint length and UTF-8."""
        size = self.number()
        raw = self.data[self.at : self.at + size]
        if len(raw) < size:
            raise InvalidInput("events end within a text")
        self.at += size
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise InvalidInput("a text that is not UTF-8") from None

    def count(self) -> int:
        """How many things follow; each takes a byte at least."""
        count = self.number()
        if count > len(self.data) - self.at:
            raise InvalidInput("a list longer than what is left")
        return count


def _put_text(out: bytearray, value: str) -> None:
    """Half a surrogate pair, which no frame brings, is written as its escape."""
    raw = value.encode("utf-8", "backslashreplace")
    if len(raw) < 0x80:
        out.append(len(raw))
    else:
        varint.put(out, len(raw))
    out += raw


def _put_texts(out: bytearray, value: tuple[str, ...]) -> None:
    varint.put(out, len(value))
    for part in value:  # as _put_text, a third faster: of this there is most
        raw = part.encode("utf-8", "backslashreplace")
        if len(raw) < 0x80:
            out.append(len(raw))
        else:
            varint.put(out, len(raw))
        out += raw


def _texts(cursor: Cursor) -> tuple[str, ...]:
    return tuple(cursor.text() for _ in range(cursor.count()))


def _put_ancestors(out: bytearray, value: tuple[Ancestor, ...]) -> None:
    varint.put(out, len(value))
    for ancestor in value:
        varint.put_signed(out, ancestor.pid)
        _put_text(out, ancestor.program)


def _ancestors(cursor: Cursor) -> tuple[Ancestor, ...]:
    return tuple(Ancestor(cursor.bounded(), cursor.text()) for _ in range(cursor.count()))


def _put_address(out: bytearray, value: Address) -> None:
    _put_texts(out, (value.family, value.protocol, value.host))
    varint.put_signed(out, value.port)


def _address(cursor: Cursor) -> Address:
    parts = _texts(cursor)
    if len(parts) != 3:
        raise InvalidInput("an address of other than three parts")
    return Address(parts[0], parts[1], parts[2], cursor.bounded())


class Form(NamedTuple):
    """How values of one kind are written and read."""

    put: Callable[[bytearray, Any], None]
    read: Callable[[Cursor], Any]


def _one_of(values: tuple[Any, ...]) -> Form:
    """Form of an enumeration: the place of the value. New ones are appended."""

    def read(cursor: Cursor) -> Any:
        place = cursor.number()
        if place >= len(values):
            raise InvalidInput("a value of an enumeration that this version does not know")
        return values[place]

    return Form(lambda out, value: varint.put(out, values.index(value)), read)


TEXT = Form(_put_text, Cursor.text)
TEXTS = Form(_put_texts, _texts)
NUMBER = Form(varint.put_signed, Cursor.bounded)


Key = tuple[Any, ...]
Part = Callable[[Any], Any]


class Group:
    """Fields that tend to be the same together, so that one reference stands for all of them."""

    def __init__(self, apart: tuple[str, Callable[[], Part]] | None = None, /, **forms: Form) -> None:
        """`apart`: a field whose value takes long to hash, and what makes, for one writer, a function that
        takes it apart: value → something that is the same where, and only where, the value is."""
        self.names = tuple(forms)
        self._values: Callable[[Event], Key] = attrgetter(*forms)
        self._apart = apart
        self._puts = tuple(
            (Event.__dataclass_fields__[name].default, 1 << place, form.put)
            for place, (name, form) in enumerate(forms.items())
        )
        self._reads = tuple((1 << place, name, form.read) for place, (name, form) in enumerate(forms.items()))

    def keys(self) -> Callable[[Event], Key]:
        """Make a function for one writer: event → a key, the same where, and only where, the values are."""
        if self._apart is None:
            return self._values
        name, made = self._apart
        part, value = made(), attrgetter(name)
        rest = attrgetter(*(other for other in self.names if other != name))
        return lambda event: (part(value(event)), *rest(event))

    def put(self, out: bytearray, event: Event) -> None:
        """Append the values that are not at their default."""
        mask, at = 0, len(out)
        out.append(0)
        for value, (default, bit, put) in zip(self._values(event), self._puts, strict=True):
            if value is not default and value != default:
                mask |= bit
                put(out, value)
        if mask < 0x80:
            out[at] = mask
        else:
            said = bytearray()
            varint.put(said, mask)
            out[at : at + 1] = said

    def read(self, cursor: Cursor) -> dict[str, Any]:
        """Read them, as arguments of Event."""
        mask = cursor.number()
        if mask >> len(self.names):
            raise InvalidInput("a field that this version does not know")
        return {name: read(cursor) for bit, name, read in self._reads if mask & bit}


def _ancestors_apart() -> Part:
    """Of a dataclass Python itself makes the hash, by a call each time: each line is taken apart once."""
    told: dict[int, tuple[tuple[Ancestor, ...], Key]] = {}

    def part(above: tuple[Ancestor, ...]) -> Key:
        known = told.get(id(above))  # it is held here, so that no other has its number
        if known is None:
            if len(told) >= MOST_LINES:
                told.clear()
            known = told[id(above)] = above, tuple((one.pid, one.program) for one in above)
        return known[1]

    return part


def _address_apart() -> Part:
    """Likewise of addresses."""

    def part(peer: Address | None) -> Key | None:
        return None if peer is None else (peer.family, peer.protocol, peer.host, peer.port)

    return part


GROUPS = (
    Group(
        type=_one_of(tuple(FrameType)),
        instance=TEXT,
        container=TEXT,
        kind=_one_of(tuple(Kind)),
        verdict=_one_of(tuple(Verdict)),
        rule=NUMBER,
        syscall=TEXT,
        errno=NUMBER,
        policy_id=TEXT,
        policy_counter=NUMBER,
        mode=_one_of(tuple(Mode)),
        engine=TEXT,
        kernel=TEXT,
        features=TEXTS,
        function=TEXT,
        version=TEXT,
        traits=TEXTS,
    ),
    Group(
        ("ancestors", _ancestors_apart),
        ppid=NUMBER,
        uid=NUMBER,
        gid=NUMBER,
        program=TEXT,
        cmdline=TEXTS,
        ancestors=Form(_put_ancestors, _ancestors),
        code=TEXT,
        distribution=TEXT,
    ),
    Group(
        ("address", _address_apart),
        target=TEXT,
        address=Form(_put_address, _address),
        argv=TEXTS,
        name=TEXT,
        sha256=TEXT,
    ),
    Group(count=NUMBER, ref_seq=NUMBER, message=TEXT, request_id=TEXT),
)
"""Act, actor, object, rest: with seq, time_ns, dropped and pid all fields of Event. New ones are appended."""
