"""The fields of a frame → values of an Event. Fields that came before, and runs of them, are not read again.

A supervisor tells who acted before what was done to what (`native/report.c`), and the same few processes act
all the time: these runs come again byte for byte, but for the pid.
"""

import struct
from dataclasses import replace
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.event import Ancestor
from outrider.runtime import made
from outrider.runtime.wire_fields import ANCESTOR, FIELD, FIELDS, Malformed, ancestor

KNOWN, KNOWN_BYTES = 1024, 512
"""Fields (a count) that a connection's reader keeps decoded, and the size of the largest: under 1 MiB."""
RUNS = 256
"""Runs of fields of either kind (a count) that are kept likewise, and are no larger: under 512 KiB."""

_TAGS = {field.name: tag for tag, field in FIELDS.items()}
_PLACES = {tag: made.PLACES[field.name] for tag, field in FIELDS.items()}
_PID, _PPID, _TARGET, _ADDRESS, _ANCESTORS, _CONTAINER, _INSTANCE = (
    made.PLACES[name] for name in ("pid", "ppid", "target", "address", "ancestors", "container", "instance")
)

_ACTOR = struct.Struct("<HHxHHxHH4xHH4xHH4xHH4xHH")
"""Tags and sizes of the run that says who acted, up to those of the program's path, with which it ends."""
_ACTOR_HEADS = tuple(
    number
    for name, size in (("kind", 1), ("verdict", 1), ("rule", 4), ("pid", 4), ("uid", 4), ("gid", 4))
    for number in (_TAGS[name], size)
)
_PID_AT, _PID_END = 22, 26
"""Where the pid lies in that run: it is no part of what the run is kept by."""
_PID_AND_SIZE = struct.Struct("<22xI18xH")
"""The pid, and the size of the program's path."""
_CMDLINE = struct.pack("<H", _TAGS["cmdline"])
_PARENT = FIELD.pack(_TAGS["ppid"], 4)
_ABOVE = struct.pack("<H", ANCESTOR)


class FieldReader:
    """Reads the fields of one connection's frames. What it keeps is bounded, and changes no result."""

    def __init__(self, begin: int) -> None:
        """`begin`: where fields begin in a frame."""
        self._begin = begin
        self._nothing = list(made.NOTHING.values())
        """What a frame's fields are when it does not say."""
        self._known: dict[bytes, tuple[int, Any]] = {}
        self._actors: dict[bytes, list[Any]] = {}
        self._lines: dict[bytes, tuple[int, tuple[Ancestor, ...]]] = {}

    def introduce(self, values: list[Any]) -> None:
        """Take container and instance of a frame for those of all frames that do not say them."""
        for place in (_CONTAINER, _INSTANCE):
            self._nothing[place] = values[place]
        self._actors.clear()

    def values(self, frame: bytes, seq: int) -> list[Any]:
        """Read a frame's fields into values in the order of `made.PLACES`. Raises InvalidInput."""
        values, offset = self._actor(frame, seq)
        if frame.startswith(_CMDLINE, offset):
            offset = self._walk(frame, offset, offset + 1, values, seq)
        if frame.startswith(_PARENT, offset):
            offset = self._line(frame, offset, values, seq)
        self._walk(frame, offset, len(frame), values, seq)
        if len(values[_ANCESTORS]) > limits.WIRE_ANCESTORS:
            raise InvalidInput(f"frame {seq}: more than {limits.WIRE_ANCESTORS} ancestors")
        address = values[_ADDRESS]
        if address is not None and address.family == "unix" and not address.host:
            values[_ADDRESS] = replace(address, host=values[_TARGET])
        return values

    def _actor(self, frame: bytes, seq: int) -> tuple[list[Any], int]:
        """What a frame begins with, when that is who acted, and where it ends."""
        begin = self._begin
        start = begin + _ACTOR.size
        if len(frame) >= start:
            pid, size = _PID_AND_SIZE.unpack_from(frame, begin)
            end = start + size
            key = frame[begin : begin + _PID_AT] + frame[begin + _PID_END : end]
            if kept := self._actors.get(key):
                values = kept.copy()
                values[_PID] = pid
                return values, end
            heads = _ACTOR.unpack_from(frame, begin)
            if heads == (*_ACTOR_HEADS, _TAGS["program"], size) and len(frame) >= end:
                values = self._nothing.copy()
                self._walk(frame, begin, end, values, seq)
                if size <= KNOWN_BYTES:
                    _keep(self._actors, RUNS, key, values.copy())
                return values, end
        return self._nothing.copy(), begin

    def _line(self, frame: bytes, start: int, values: list[Any], seq: int) -> int:
        """The parent and what is above it; return where that ends."""
        end, size = start + FIELD.size + 4, len(frame)
        while end + FIELD.size <= size and frame.startswith(_ABOVE, end):
            end += FIELD.size + (frame[end + 2] | frame[end + 3] << 8)
        run = frame[start:end]
        if kept := self._lines.get(run):
            values[_PPID], values[_ANCESTORS] = kept
            return end
        self._walk(frame, start, end, values, seq)
        if len(run) <= KNOWN_BYTES:
            _keep(self._lines, RUNS, run, (values[_PPID], values[_ANCESTORS]))
        return end

    def _walk(self, frame: bytes, offset: int, stop: int, values: list[Any], seq: int) -> int:
        """Read the fields that begin before `stop`, one after the other; return where the last one ends."""
        ancestors: list[Ancestor] = []
        unpack, known, end = FIELD.unpack_from, self._known.get, len(frame)
        while offset < stop:
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
        if ancestors:
            values[_ANCESTORS] += tuple(ancestors)
        return offset

    def _read(self, tag: int, raw: bytes, seq: int) -> tuple[int, Any]:
        """Decode one field, with its place; -1: an ancestor, or unknown. Most come often: remember it."""
        try:
            if tag == ANCESTOR:
                read: tuple[int, Any] = (-1, ancestor(raw[FIELD.size :]))
            elif tag in FIELDS:
                read = (_PLACES[tag], FIELDS[tag].read(raw[FIELD.size :]))
            else:
                return -1, None
        except Malformed as error:
            raise InvalidInput(f"frame {seq}: field {tag} {error}") from None
        if len(raw) <= KNOWN_BYTES:
            _keep(self._known, KNOWN, raw, read)
        return read


def _keep(kept: dict[bytes, Any], most: int, key: bytes, value: Any) -> None:
    """Keep one more; when there are too many, begin anew."""
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
