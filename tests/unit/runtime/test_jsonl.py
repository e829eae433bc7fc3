"""Event lines: what is refused, and times to the nanosecond."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from outrider.errors import InvalidInput
from outrider.model.event import Event, FrameType
from outrider.runtime import jsonl, made
from tests.unit.runtime.flight.any_event import EVENTS

LEAST = {
    "schema": "outrider.event/1",
    "type": "event",
    "seq": 1,
    "time": "2026-11-24T01:02:03Z",
    "container": "web",
}


def test_the_least_event() -> None:
    event = jsonl.from_plain(LEAST)
    assert event == Event(type=FrameType.EVENT, seq=1, time_ns=1_795_482_123_000_000_000, container="web")
    assert jsonl.to_plain(event) == LEAST | {"time": "2026-11-24T01:02:03.000000000Z"}


def test_fields_of_a_later_version_are_ignored() -> None:
    assert jsonl.from_plain(LEAST | {"mood": {"a": [1]}}) == jsonl.from_plain(LEAST)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "null",
        '"text"',
        "{}",
        "{",
        "[" * 100_000,
        "not json",
        b"\xff\xfe",
        "x" * 70_000,
        json.dumps(LEAST | {"schema": "outrider.event/2"}),
        json.dumps(LEAST | {"type": "nonsense"}),
        json.dumps(LEAST | {"seq": "one"}),
        json.dumps(LEAST | {"seq": None}),
        json.dumps(LEAST | {"seq": 1 << 64}),
        json.dumps(LEAST | {"pid": -(1 << 40)}),
        json.dumps(LEAST | {"count": 1e300}),
        json.dumps(LEAST).replace('"seq": 1', '"seq": NaN'),
        json.dumps(LEAST).replace('"seq": 1', '"seq": 1' + "0" * 5000),
        json.dumps(LEAST | {"time": "yesterday"}),
        json.dumps(LEAST | {"time": "2026-13-24T01:02:03Z"}),
        json.dumps(LEAST | {"time": 1}),
        json.dumps(LEAST | {"program": "\ud800"}),
        json.dumps(LEAST | {"ancestors": [{"pid": 1}]}),
        json.dumps(LEAST | {"ancestors": "x"}),
        json.dumps(LEAST | {"address": {"family": "inet"}}),
        json.dumps({key: value for key, value in LEAST.items() if key != "time"}),
    ],
)
def test_what_is_no_event_is_refused(line: str | bytes) -> None:
    with pytest.raises(InvalidInput):
        jsonl.from_line(line)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([*Event.__dataclass_fields__, "time", "schema"]), VALUES, max_size=4))
def test_any_values_give_an_event_or_our_error(values: dict[str, object]) -> None:
    try:
        event = jsonl.from_line(json.dumps(LEAST | values))
    except InvalidInput:
        return
    assert jsonl.from_line(jsonl.to_line(event)) == event


@given(st.integers(0, (1 << 64) - 1))
def test_times_keep_their_nanoseconds(time_ns: int) -> None:
    text = jsonl.format_time(time_ns)
    assert jsonl.parse_time(text) == time_ns
    assert len(text) == 30


def test_a_time_before_the_epoch_is_kept_too() -> None:
    assert jsonl.format_time(jsonl.parse_time("0001-01-01T00:00:00Z")) == "0001-01-01T00:00:00.000000000Z"


@given(EVENTS)
def test_what_is_written_is_what_pydantic_would_write_and_is_read_back(event: Event) -> None:
    plain = jsonl.to_plain(event)
    said = TypeAdapter(Event).dump_python(event, mode="json", exclude_defaults=True)
    del said["time_ns"]
    assert {k: v for k, v in plain.items() if k not in {"schema", "time"}} == {"container": ""} | said
    assert list(plain)[:5] == ["schema", "type", "seq", "time", "container"]
    assert jsonl.from_line(jsonl.to_line(event)) == event


@given(EVENTS)
def test_made_events_are_those_of_the_dataclass(event: Event) -> None:
    fields = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    assert made.event(fields) == event
    assert made.event({"type": event.type, "seq": 1, "time_ns": 2}) == Event(
        type=event.type, seq=1, time_ns=2
    )
