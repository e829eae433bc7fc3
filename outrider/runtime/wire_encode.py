"""Events → frames: the supervisor's half of `native/wire.h`, for vectors and for tests that play its part."""

import ipaddress
import re
import struct
from collections.abc import Callable
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.event import Address, Ancestor, Event
from outrider.runtime import wire, wire_fields

_TYPES = {kind: number for number, kind in wire.TYPES.items()}
_FAMILIES = {name: number for number, name in wire_fields.FAMILIES.items()}
_PROTOCOLS = {name: number for number, name in wire_fields.PROTOCOLS.items()}
_ESCAPED_BYTE = re.compile(rb"\\x([89a-f][0-9a-f])")


def encode_frame(event: Event) -> bytes:
    """Encode one event; fields at their default are left out. Raises InvalidInput: the frame is too large."""
    fields = b"".join(
        _field(tag, WRITERS[field.name](getattr(event, field.name)))
        for tag, field in wire_fields.FIELDS.items()
        if getattr(event, field.name) not in _DEFAULTS
    )
    fields += b"".join(_field(wire_fields.ANCESTOR, _ancestor(ancestor)) for ancestor in event.ancestors)
    rest = (
        wire.FRAME.pack(wire.VERSION, _TYPES[event.type], event.seq, event.time_ns, event.dropped, 0) + fields
    )
    if len(rest) > limits.WIRE_FRAME:
        raise InvalidInput(
            f"event {event.seq} makes a frame of {len(rest)} bytes, {limits.WIRE_FRAME} is the most"
        )
    return wire.LENGTH.pack(len(rest)) + rest


def raw_text(text: str) -> bytes:
    r"""Bytes of a text as `wire_fields.text` reads it: `\xNN` is one byte again."""
    return _ESCAPED_BYTE.sub(lambda found: bytes.fromhex(found[1].decode()), text.encode())


def _field(tag: int, value: bytes) -> bytes:
    """One field."""
    return wire_fields.FIELD.pack(tag, len(value)) + value


def _number(size: int, *, signed: bool = False) -> Callable[[int], bytes]:
    """Make a writer of a little-endian number."""
    return lambda value: value.to_bytes(size, "little", signed=signed)


def _index(values: tuple[Any, ...]) -> Callable[[Any], bytes]:
    """Make a writer of a one-byte enumeration."""
    return lambda value: bytes([values.index(value)])


def _arguments(value: tuple[str, ...]) -> bytes:
    """Arguments with NUL between them."""
    return b"\0".join(map(raw_text, value))


def _names(value: tuple[str, ...]) -> bytes:
    """Names with blanks between them."""
    return raw_text(" ".join(value))


def _ancestor(value: Ancestor) -> bytes:
    """u32 pid, then the program's path."""
    return value.pid.to_bytes(4, "little") + raw_text(value.program)


def _address(value: Address) -> bytes:
    """u8 family, u8 protocol, u16 port, then the address."""
    unix = value.family == "unix"
    rest = raw_text(value.host) if unix else ipaddress.ip_address(value.host).packed
    return struct.pack("<BBH", _FAMILIES[value.family], _PROTOCOLS[value.protocol], value.port) + rest


_DEFAULTS = (None, 0, "", ())

WRITERS: dict[str, Callable[[Any], bytes]] = {
    "kind": _index(wire_fields.KINDS),
    "verdict": _index(wire_fields.VERDICTS),
    "pid": _number(4),
    "ppid": _number(4),
    "uid": _number(4),
    "gid": _number(4),
    "program": raw_text,
    "cmdline": _arguments,
    "target": raw_text,
    "address": _address,
    "rule": _number(4),
    "syscall": raw_text,
    "errno": _number(4, signed=True),
    "argv": _arguments,
    "count": _number(8),
    "ref_seq": _number(8),
    "message": raw_text,
    "policy_id": bytes.fromhex,
    "policy_counter": _number(8),
    "mode": _index(wire_fields.MODES),
    "engine": raw_text,
    "kernel": raw_text,
    "features": _names,
    "instance": bytes.fromhex,
    "container": raw_text,
    "code": raw_text,
    "name": raw_text,
    "sha256": bytes.fromhex,
    "request_id": raw_text,
    "distribution": raw_text,
    "traits": _names,
}
"""Field of Event → its bytes."""
