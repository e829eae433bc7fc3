"""Messages of the domain name system, as they were seen on the wire: RFC 1035, EDNS of RFC 6891.

Whoever answers is not trusted: every length is checked, names are bounded and compression only points back.
"""

import ipaddress
import struct
from dataclasses import dataclass

from outrider.errors import InvalidInput

LARGEST = 65_535
"""Bytes of a message: what TCP's length says at most."""
MOST_RECORDS = 512
"""Of a message, a count, all sections together: an answer with 512 addresses fills 8 KiB."""
MOST_LABELS = 128
"""Of a name: 255 bytes hold no more. RFC 1035, 2.3.4."""
LONGEST_NAME = 255
"""Bytes of a name on the wire."""

A, CNAME, AAAA = 1, 5, 28
IN = 1
_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_QUESTION = struct.Struct("!HH")
_POINTER = 0xC0


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked."""

    name: str
    """Lower case, without the last dot; bytes that host names do not have are written `\\DDD`."""
    type: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One record of the answer that leads to an address."""

    name: str
    ttl: int
    """Seconds."""
    address: str = ""
    """Of A and AAAA."""
    alias: str = ""
    """Of CNAME."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    id: int
    response: bool
    truncated: bool
    rcode: int
    """0: the name is there; 3: it is not (RFC 1035, 4.1.1)."""
    questions: tuple[Question, ...]
    answers: tuple[Answer, ...]


def parse(data: bytes) -> Message:
    """Read a message. Raises InvalidInput; what is of no class or type that is looked at is passed over."""
    if not _HEADER.size <= len(data) <= LARGEST:
        raise InvalidInput(f"a DNS message of {len(data)} bytes")
    number, flags, asked, answered, authority, additional = _HEADER.unpack_from(data)
    if asked + answered + authority + additional > MOST_RECORDS:
        raise InvalidInput(f"a DNS message of more than {MOST_RECORDS} records")
    place, questions, answers = _HEADER.size, [], []
    for _ in range(asked):
        name, place = _name(data, place)
        kind, _ = _unpacked(_QUESTION, data, place)
        place += _QUESTION.size
        questions.append(Question(name, kind))
    for _ in range(answered):
        found, place = _answer(data, place)
        answers += [found] if found else []
    return Message(
        id=number,
        response=bool(flags & 0x8000),
        truncated=bool(flags & 0x0200),
        rcode=flags & 0x000F,
        questions=tuple(questions),
        answers=tuple(answers),
    )


def addresses(message: Message) -> dict[str, dict[str, int]]:
    """Name that was asked → address → seconds that it may be believed: the shortest of its chain.

    Aliases are followed from the question; records about anything else were not asked for, and grant nothing.
    """
    found: dict[str, dict[str, int]] = {}
    if not message.response or message.rcode:
        return found
    for question in message.questions:
        names = _chain(question.name, message.answers)
        for answer in message.answers:
            if answer.address and answer.name in names:
                known = found.setdefault(question.name, {})
                ttl = min(answer.ttl, names[answer.name])
                known[answer.address] = max(ttl, known.get(answer.address, 0))
    return found


def _chain(name: str, answers: tuple[Answer, ...]) -> dict[str, int]:
    """A name and what it is an alias for, with the seconds that the chain so far may be believed."""
    names = {name: (1 << 31) - 1}
    grown = True
    while grown:
        grown = False
        for answer in answers:
            if answer.alias and answer.name in names and answer.alias not in names:
                names[answer.alias] = min(names[answer.name], answer.ttl)
                grown = True
    return names


def _answer(data: bytes, place: int) -> tuple[Answer | None, int]:
    """One record, or None for one of another kind; and where the next begins."""
    name, place = _name(data, place)
    kind, of_class, ttl, size = _unpacked(_RECORD, data, place)
    place += _RECORD.size
    end = place + size
    if end > len(data):
        raise InvalidInput("a DNS record goes on after the end of its message")
    ttl = ttl if ttl < 1 << 31 else 0  # RFC 2181, 8
    if of_class != IN:
        return None, end
    if (kind, size) in ((A, 4), (AAAA, 16)):
        return Answer(name, ttl, address=str(ipaddress.ip_address(data[place:end]))), end
    if kind in (A, AAAA):
        raise InvalidInput(f"a DNS address of {size} bytes")
    if kind == CNAME:
        alias, after = _name(data, place)
        if after != end:
            raise InvalidInput("a DNS alias has another length than it says")
        return Answer(name, ttl, alias=alias), end
    return None, end


def _name(data: bytes, place: int) -> tuple[str, int]:
    """A name, and where it ends. A pointer leads to before where its name began: there is no way round."""
    labels: list[str] = []
    length, after, lowest = 0, -1, place
    while True:
        size = _byte(data, place)
        if size & _POINTER == _POINTER:
            target = (size & ~_POINTER) << 8 | _byte(data, place + 1)
            after = place + 2 if after < 0 else after
            if not _HEADER.size <= target < lowest:
                raise InvalidInput("a DNS name points to itself or ahead")
            place = lowest = target
            continue
        if size & _POINTER:
            raise InvalidInput("a DNS label of a kind that there is not")
        length += size + 1
        if length > LONGEST_NAME or len(labels) > MOST_LABELS:
            raise InvalidInput(f"a DNS name of more than {LONGEST_NAME} bytes")
        place += 1
        if not size:
            return ".".join(labels), after if after >= 0 else place
        if place + size > len(data):
            raise InvalidInput("a DNS name goes on after the end of its message")
        labels.append(_label(data[place : place + size]))
        place += size


def _label(data: bytes) -> str:
    """A label as text: what is no letter, digit, `-` or `_` is escaped, so that a dot in it is none."""
    return "".join(
        chr(byte) if (chr(byte).isalnum() and byte < 128) or byte in b"-_" else f"\\{byte:03d}"
        for byte in data.lower()
    )


def _unpacked(form: struct.Struct, data: bytes, place: int) -> tuple[int, ...]:
    """Numbers at a place. Raises InvalidInput."""
    if place + form.size > len(data):
        raise InvalidInput("a DNS message ends in the middle of a record")
    found: tuple[int, ...] = form.unpack_from(data, place)
    return found


def _byte(data: bytes, place: int) -> int:
    """A byte. Raises InvalidInput."""
    if place >= len(data):
        raise InvalidInput("a DNS name goes on after the end of its message")
    return data[place]
