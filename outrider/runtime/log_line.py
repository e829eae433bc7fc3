"""Lines of a function's log: ours among those of everybody else, as CloudWatch and its exports hold them."""

import json
import re
from typing import Any

from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.model.event import Event
from outrider.runtime import acts, jsonl
from outrider.runtime.acts import Acts

COUNTERS = "outrider.invocations/1"
"""Numbers an environment tells at its end: ours, and nothing to learn."""

INCIDENT = "outrider.incident/1"
"""Incidents: made of events that stand in the log by themselves."""

_OURS = "outrider."
_DIRECT = re.compile(r'\s*(?:EVENTS\s+)?(?:[0-9]\S*\s+){0,4}(?=\{\s*"schema"\s*:\s*"outrider\.)')
"""What may stand before one of our lines: times and the log stream, as `aws logs tail`, exports to S3 and
`--output text` write them. All begin with a digit; a sentence of somebody who quotes us does not."""
_MESSAGE = re.compile(r'\s*"@?message"\s*:\s*(?="\{\\"schema\\":\\"outrider\.)')
"""One field of an indented answer of `aws logs filter-log-events`."""
_CARRIERS = ("message", "@message", "record")
"""Fields in which CloudWatch, Logs Insights and the Telemetry API carry a line."""


def from_line(line: bytes) -> Event | Acts | None:
    """Read one line of a log; None when it is not ours or has nothing to learn from.

    Raises InvalidInput: it says that it is ours, and is malformed. The caller has capped its size.
    """
    if b"outrider." not in line:
        return None
    value = _ours(line.decode("utf-8", "replace"))
    schema = value.get("schema") if value is not None else COUNTERS
    if schema in (COUNTERS, INCIDENT):
        return None
    return acts.from_plain(value) if schema == acts.SCHEMA else jsonl.from_plain(value)


def incident_from_line(line: bytes) -> dict[str, Any] | None:
    """The JSON of an incident that a line of a log tells, not checked yet; None: it tells none.

    Raises InvalidInput: it says that it is ours, and is malformed. The caller has capped its size.
    """
    if INCIDENT.encode() not in line:
        return None
    value = _ours(line.decode("utf-8", "replace"))
    return value if value is not None and value.get("schema") == INCIDENT else None


def is_counters(line: bytes) -> bool:
    """Whether a line that gave nothing is ours all the same."""
    return COUNTERS.encode() in line


def _ours(text: str) -> dict[str, Any] | None:
    """The JSON values of one of our lines, wherever they stand in this one."""
    if place := _DIRECT.match(text):
        return _object(_first(text[place.end() :]))
    if place := _MESSAGE.match(text):
        return _object(_first(_first(text[place.end() :])))
    return _carried(text) if text.lstrip().startswith("{") else None


def _carried(text: str) -> dict[str, Any] | None:
    """What a JSON object is or carries, if it is one of our lines."""
    try:
        value = json_document.parse(text, "the line")
    except InvalidInput:
        return None  # somebody else's, and it mentions us
    for carried in (value, *(value.get(name) for name in _CARRIERS)):
        if isinstance(carried, dict) and str(carried.get("schema", "")).startswith(_OURS):
            return carried
        if isinstance(carried, str) and (place := _DIRECT.match(carried)):
            return _object(_first(carried[place.end() :]))
    return None


def _first(text: Any) -> Any:
    """The JSON value that a text begins with; what follows it is of what carried it."""
    if not isinstance(text, str):
        raise InvalidInput("the line carries no text")
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except RecursionError:
        raise InvalidInput("the line is nested too deep") from None
    except ValueError as error:
        raise InvalidInput(f"the line is not JSON: {error}") from None
    json_document.check(value, "the line")
    return value


def _object(value: Any) -> dict[str, Any]:
    """A value that has to be an object."""
    if not isinstance(value, dict):
        raise InvalidInput("the line is no JSON object")
    return value
