"""Events as JSON lines, schema `outrider.event/1`, and back: what log drivers, recorders and people keep."""

import json
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.event import Address, Ancestor, Event

SCHEMA = "outrider.event/1"

_ADAPTER = TypeAdapter(Event)
_SAID = [
    (name, field.default)
    for name, field in Event.__dataclass_fields__.items()
    if name not in {"type", "seq", "time_ns", "container"}
]
"""Fields, and what they are when nothing is said of them."""
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_NUMBERS = (
    "seq",
    "dropped",
    "pid",
    "ppid",
    "uid",
    "gid",
    "rule",
    "errno",
    "count",
    "ref_seq",
    "policy_counter",
)
_SECOND = 1_000_000_000


def to_plain(event: Event) -> dict[str, Any]:
    """Return the event as JSON values; fields at their default are left out, but for who, when and what."""
    said: dict[str, Any] = {
        "schema": SCHEMA,
        "type": event.type.value,
        "seq": event.seq,
        "time": format_time(event.time_ns),
        "container": event.container,
    }
    for name, default in _SAID:
        value = getattr(event, name)
        if value != default:
            said[name] = _plain(value)
    return said


def _plain(value: Any) -> Any:
    """One value of an event, as JSON has it."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Address | Ancestor):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    return value


def to_line(event: Event) -> str:
    """Return the event as one line of JSON, ASCII, without a newline."""
    return json.dumps(to_plain(event), separators=(",", ":"))


def from_line(line: bytes | str) -> Event:
    """Read one line; fields this version does not know are ignored.

    Raises InvalidInput: too long, no JSON, not valid Unicode, another schema, a field of a wrong type.
    """
    if len(line) > limits.EVENT_LINE:
        raise InvalidInput(f"an event line of {len(line)} bytes, {limits.EVENT_LINE} is the most")
    return from_plain(json_document.parse(line, "the event"))


def from_plain(value: Any) -> Event:
    """Read an event from JSON values. Raises InvalidInput."""
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise InvalidInput(f"not an event of schema {SCHEMA}", hint="is it a file of Outrider's events?")
    said = {key: part for key, part in value.items() if key not in ("schema", "time")}
    try:
        event: Event = _ADAPTER.validate_python(said | {"time_ns": parse_time(value.get("time"))})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the event"
        raise InvalidInput(f"event field {place}: {first['msg']}") from None
    if any(not -(1 << 31) <= getattr(event, name) < 1 << 64 for name in _NUMBERS):
        raise InvalidInput("an event field has a number that the wire could not have carried")
    return event


def format_time(time_ns: int) -> str:
    """Nanoseconds since the epoch as RFC 3339 with nine digits, UTC."""
    seconds, rest = divmod(time_ns, _SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()}.{rest:09d}Z"


def parse_time(value: Any) -> int:
    """Read what `format_time` writes, with up to nine digits. Raises InvalidInput."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        if found:
            whole = datetime.fromisoformat(found[1] + "+00:00")
            return int(whole.timestamp()) * _SECOND + int((found[2] or "").ljust(9, "0"))
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(
        f"event field time: {str(value)[:40]!r} is no time like 2026-11-24T01:02:03.123456789Z"
    )
