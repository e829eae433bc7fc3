"""Frames from the supervisor → events, as they come in; acknowledgements back. Layout: `native/wire.h`."""

import ipaddress
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Mode, Verdict
from outrider.runtime import made

VERSION = 1
LENGTH = struct.Struct("<I")
FRAME = struct.Struct("<HHQQQQ")
"""version, type, seq, time_ns, dropped, reserved: `struct or_frame` after its length."""
FIELD = struct.Struct("<HH")
"""tag, size."""

KNOWN, KNOWN_BYTES = 1024, 512
"""Fields (a count) that a connection's decoder keeps decoded, and the size of the largest: under 1 MiB."""

TYPES = dict(enumerate(FrameType, start=1))
KINDS, VERDICTS, MODES = tuple(Kind), tuple(Verdict), tuple(Mode)
FAMILIES = {1: "unix", 4: "inet", 6: "inet6"}
PROTOCOLS = {0: "any", 6: "tcp", 17: "udp"}

_TYPE, _SEQ, _TIME, _DROPPED = (made.PLACES[name] for name in ("type", "seq", "time_ns", "dropped"))
_KIND, _VERDICT, _TARGET = (made.PLACES[name] for name in ("kind", "verdict", "target"))
_ADDRESS_PLACE, _ANCESTORS = (made.PLACES[name] for name in ("address", "ancestors"))
_CONTAINER, _INSTANCE = (made.PLACES[name] for name in ("container", "instance"))


class Malformed(ValueError):
    """A field is not what its tag says; becomes InvalidInput with the place."""


class FrameDecoder:
    """Decodes one connection's stream. Memory is bounded by one frame and what is fed at a time.

    After InvalidInput the framing of the stream is lost and the decoder of no more use: close the connection.
    """

    def __init__(self, *, introduced: bool = False) -> None:
        """`introduced`: who the first HELLO says is speaking is given to all frames that do not say it."""
        self._introduced = introduced
        self._values = list(made.NOTHING.values())
        """What a frame's fields are when it does not say."""
        self._spoken = False
        self._buffer = bytearray()
        self._known: dict[bytes, tuple[int, Any]] = {}
        self.last_seq = 0
        """Highest sequence number seen, also of frames that were skipped: what may be acknowledged."""
        self.skipped = 0
        """Frames of types this version does not know."""

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return the events they complete. Raises InvalidInput."""
        self._buffer += data
        return list(self._events(bytes(self._buffer)))

    @property
    def pending(self) -> int:
        """Bytes of a frame that is not complete: not 0 at the end of a stream means it was cut."""
        return len(self._buffer)

    def _events(self, data: bytes) -> Iterator[Event]:
        """Take complete frames off the buffer, which `data` is a copy of."""
        start = 0
        try:
            while start + LENGTH.size <= len(data):
                (length,) = LENGTH.unpack_from(data, start)
                if not FRAME.size <= length <= limits.WIRE_FRAME:
                    raise InvalidInput(f"a frame of {length} bytes, not {FRAME.size} to {limits.WIRE_FRAME}")
                end = start + LENGTH.size + length
                if end > len(data):
                    break
                event = self._decode(data[start + LENGTH.size : end])
                start = end
                if event is not None:
                    yield event
        finally:
            del self._buffer[:start]

    def _decode(self, frame: bytes) -> Event | None:
        """Decode one frame, None when its type is unknown."""
        version, number, seq, time_ns, dropped, _ = FRAME.unpack_from(frame)
        if version != VERSION:
            raise InvalidInput(
                f"frames of wire version {version}; this is version {VERSION}",
                hint="the supervisor and the agent must come from the same release.",
            )
        self.last_seq = max(self.last_seq, seq)
        kind = TYPES.get(number)
        if kind is None:
            self.skipped += 1
            return None
        values = self._fields(frame, seq)
        if kind is FrameType.HELLO and self._introduced and not self._spoken:
            self._spoken = True
            for place in (_CONTAINER, _INSTANCE):
                self._values[place] = values[place]
        if kind is FrameType.EVENT and (values[_KIND] is None or values[_VERDICT] is None):
            raise InvalidInput(f"frame {seq}: an event without kind or verdict")
        values[_TYPE], values[_SEQ], values[_TIME], values[_DROPPED] = kind, seq, time_ns, dropped
        return made.in_order(values)

    def _fields(self, frame: bytes, seq: int) -> list[Any]:
        """Decode the fields of one frame into the values of Event's fields."""
        values = self._values.copy()
        ancestors: list[Ancestor] = []
        unpack, known = FIELD.unpack_from, self._known.get
        offset, end = FRAME.size, len(frame)
        while offset < end:
            if offset + FIELD.size > end:
                raise InvalidInput(f"frame {seq}: ends within a field")
            tag, size = unpack(frame, offset)
            following = offset + FIELD.size + size
            if following > end:
                raise InvalidInput(f"frame {seq}: field {tag} is longer than the frame")
            raw = frame[offset:following]
            place, value = known(raw) or self._read(tag, raw, seq)
            if place >= 0:
                values[place] = value
            elif tag == ANCESTOR:
                ancestors.append(value)
            offset = following
        if len(ancestors) > limits.WIRE_ANCESTORS:
            raise InvalidInput(f"frame {seq}: more than {limits.WIRE_ANCESTORS} ancestors")
        address = values[_ADDRESS_PLACE]
        if address is not None and address.family == "unix" and not address.host:
            values[_ADDRESS_PLACE] = replace(address, host=values[_TARGET])
        values[_ANCESTORS] = tuple(ancestors)
        return values

    def _read(self, tag: int, raw: bytes, seq: int) -> tuple[int, Any]:
        """Decode one field, with its place; -1: an ancestor, or unknown. Most come often: remember it."""
        try:
            if tag == ANCESTOR:
                read: tuple[int, Any] = (-1, _ancestor(raw[FIELD.size :]))
            elif tag in FIELDS:
                name, reader = FIELDS[tag]
                read = (made.PLACES[name], reader(raw[FIELD.size :]))
            else:
                return -1, None
        except Malformed as error:
            raise InvalidInput(f"frame {seq}: field {tag} {error}") from None
        if len(raw) <= KNOWN_BYTES:
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[raw] = read
        return read


def encode_ack(seq: int) -> bytes:
    """Acknowledge everything up to and with `seq`."""
    return struct.pack("<Q", seq)


def text(raw: bytes) -> str:
    r"""Text of a path or argument. What is not UTF-8 is written `\xNN`: readable and valid everywhere."""
    return raw.decode("utf-8", "backslashreplace")


def _unsigned(size: int) -> Callable[[bytes], int]:
    """Make a reader of a little-endian number."""

    def read(raw: bytes) -> int:
        if len(raw) != size:
            raise Malformed(f"has {len(raw)} bytes, not {size}")
        return int.from_bytes(raw, "little")

    return read


def _one_of(values: tuple[Any, ...]) -> Callable[[bytes], Any]:
    """Make a reader of a one-byte enumeration."""

    def read(raw: bytes) -> Any:
        if len(raw) != 1 or raw[0] >= len(values):
            raise Malformed("is no known value")
        return values[raw[0]]

    return read


def _hex(size: int) -> Callable[[bytes], str]:
    """Make a reader of so many bytes, as hex."""

    def read(raw: bytes) -> str:
        if len(raw) != size:
            raise Malformed(f"has {len(raw)} bytes, not {size}")
        return raw.hex()

    return read


def _signed(raw: bytes) -> int:
    """i32."""
    if len(raw) != 4:
        raise Malformed(f"has {len(raw)} bytes, not 4")
    return int.from_bytes(raw, "little", signed=True)


def _arguments(raw: bytes) -> tuple[str, ...]:
    """Arguments with NUL between them."""
    return tuple(text(part) for part in raw.split(b"\0")) if raw else ()


def _names(raw: bytes) -> tuple[str, ...]:
    """Names with blanks between them."""
    return tuple(text(raw).split())


def _ancestor(raw: bytes) -> Ancestor:
    """u32 pid, then the program's path."""
    if len(raw) < 4:
        raise Malformed("is too short for an ancestor")
    return Ancestor(int.from_bytes(raw[:4], "little"), text(raw[4:]))


_ADDRESS = struct.Struct("<BBH")


def _address(raw: bytes) -> Address:
    """u8 family, u8 protocol, u16 port, then 4 or 16 bytes; a Unix socket's path is in the target too."""
    if len(raw) < _ADDRESS.size:
        raise Malformed("is too short for an address")
    family, protocol, port = _ADDRESS.unpack_from(raw)
    rest = raw[_ADDRESS.size :]
    if family not in FAMILIES or protocol not in PROTOCOLS:
        raise Malformed("has an unknown family or protocol")
    name = FAMILIES[family]
    if name == "unix":
        return Address(name, PROTOCOLS[protocol], text(rest), 0)
    if len(rest) != (4 if name == "inet" else 16):
        raise Malformed(f"has {len(rest)} bytes of {name} address")
    return Address(name, PROTOCOLS[protocol], host_text(rest), port)


def host_text(packed: bytes) -> str:
    """4 or 16 bytes as an address in its usual spelling."""
    address = ipaddress.ip_address(packed)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return f"::ffff:{address.ipv4_mapped}"  # Python spells it so only from 3.13 on
    return str(address)


class Field(NamedTuple):
    """Where a tag goes in an Event, and how its bytes are read."""

    name: str
    read: Callable[[bytes], Any]


ANCESTOR = 14
FIELDS = {
    1: Field("kind", _one_of(KINDS)),
    2: Field("verdict", _one_of(VERDICTS)),
    3: Field("pid", _unsigned(4)),
    4: Field("ppid", _unsigned(4)),
    5: Field("uid", _unsigned(4)),
    6: Field("gid", _unsigned(4)),
    7: Field("program", text),
    8: Field("cmdline", _arguments),
    9: Field("target", text),
    10: Field("address", _address),
    11: Field("rule", _unsigned(4)),
    12: Field("syscall", text),
    13: Field("errno", _signed),
    15: Field("argv", _arguments),
    16: Field("count", _unsigned(8)),
    17: Field("ref_seq", _unsigned(8)),
    18: Field("message", text),
    19: Field("policy_id", _hex(16)),
    20: Field("policy_counter", _unsigned(8)),
    21: Field("mode", _one_of(MODES)),
    22: Field("engine", text),
    23: Field("kernel", text),
    24: Field("features", _names),
    25: Field("instance", _hex(16)),
    26: Field("container", text),
    27: Field("code", text),
    28: Field("name", text),
    29: Field("sha256", _hex(32)),
    30: Field("request_id", text),
    31: Field("distribution", text),
    32: Field("traits", _names),
}
"""Tag → field, as `enum or_tag`; ANCESTOR repeats and stands apart."""
