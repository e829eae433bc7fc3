"""`outrider.event/1` and `outrider.incident/1`: published as made, never changed in place, kept by all."""

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from outrider.errors import InvalidInput
from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Verdict
from outrider.model.incident import Incident
from outrider.runtime import incident_document, incident_json, jsonl
from outrider.runtime.event_schema import MEANINGS
from outrider.runtime.incidents import Incidents
from runtime.attack_story import DETECTORS, FETCH, SHELL, attacked, detection
from runtime.story import Story, told
from runtime.test_wire import EVENTS
from tests.golden.published_schemas import FILES, FROZEN, PUBLISHED, text

EVENT, INCIDENT = (json.loads((PUBLISHED / name).read_text()) for name in FILES)
EVENT_VALIDATOR, VALIDATOR = Draft202012Validator(EVENT), Draft202012Validator(INCIDENT)
VECTORS = json.loads(Path("tests/data/wire/index.json").read_text())


@pytest.mark.parametrize("name", FILES)
def test_what_is_published_is_what_is_made(name: str) -> None:
    assert (PUBLISHED / name).read_text() == text(FILES[name]())
    Draft202012Validator.check_schema(FILES[name]())


def test_every_field_of_an_event_is_described() -> None:
    assert set(MEANINGS) == {field.name for field in fields(Event)} - {"time_ns"} | {"schema", "time"}
    assert all(said for said in MEANINGS.values())


def changes(old: Any, new: Any, place: str = "") -> Iterator[str]:
    """What a reader of the old would stumble over."""
    for key, value in old.items():
        here = f"{place}/{key}"
        if key in ("description", "title"):
            continue
        if key not in new:
            yield f"{here} is gone"
        elif key == "enum":
            yield from (f"{here}: no more {one}" for one in set(value) - set(new[key]))
        elif isinstance(value, dict):
            yield from changes(value, new[key], here)
        elif value != new[key]:
            yield f"{here}: {value} became {new[key]}"


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_removed_or_given_another_type(name: str) -> None:
    frozen = json.loads((FROZEN / name).read_text())
    assert list(changes(frozen, FILES[name]())) == []


def test_a_change_in_place_is_found() -> None:
    frozen = json.loads((FROZEN / "event.schema.json").read_text())
    other = json.loads(json.dumps(frozen))
    del other["properties"]["seq"]
    other["properties"]["pid"]["type"] = "string"
    other["$defs"]["Kind"]["enum"].remove("exec")
    other["properties"]["more"] = {"type": "string"}
    assert sorted(changes(frozen, other)) == [
        "/$defs/Kind/enum: no more exec",
        "/properties/pid/type: integer became string",
        "/properties/seq is gone",
    ]


def test_all_vectors_keep_to_it() -> None:
    plains = [plain for entry in VECTORS if entry["valid"] for plain in entry["events"]]
    assert len(plains) > 25
    for plain in plains:
        EVENT_VALIDATOR.validate(plain)


@given(EVENTS)
@settings(max_examples=60, deadline=None)
def test_all_events_keep_to_it(event: Event) -> None:
    EVENT_VALIDATOR.validate(jsonl.to_plain(event))


@pytest.mark.parametrize("field", ["seq", "time", "kind", "argv", "address", "traits"])
def test_what_is_no_event_does_not(field: str) -> None:
    plain = jsonl.to_plain(told().events[-2]) | {"traits": ["new"], "argv": ["a"]}
    EVENT_VALIDATOR.validate(plain)
    assert not EVENT_VALIDATOR.is_valid(plain | {field: {"x": 1}})


def incident_of(story: Story) -> Incident:
    events = attacked(story)
    eye = Incidents(DETECTORS)
    for event in story.events:
        found = {events["shell"].seq: SHELL, events["write"].seq: FETCH}.get(event.seq)
        eye.take(event, [detection(found, event, facts={"peer": "x"})] if found else ())
    return eye.finish()[0].incident()


def test_an_incident_keeps_to_its_schema_and_is_read_back() -> None:
    plain = incident_json.to_plain(incident_of(told()))
    VALIDATOR.validate(plain)
    assert json.loads(incident_json.to_line(plain)) == plain
    for event in plain["timeline"]:
        EVENT_VALIDATOR.validate(event)
    bare = incident_json.to_plain(incident_of(told()), arguments=False)
    VALIDATOR.validate(bare)
    assert incident_document.read(plain) == incident_document.read(bare) == bare
    assert "secret" in str(plain)
    assert "secret" not in str(bare)


@given(st.lists(EVENTS, min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_any_incident_keeps_to_it(events: list[Event]) -> None:
    eye = Incidents(DETECTORS)
    for event in events:
        eye.take(event, [detection(SHELL, event)] if event.type is FrameType.EVENT else ())
    for change in eye.finish():
        plain = incident_json.to_plain(change.incident(), arguments=False)
        VALIDATOR.validate(plain)
        assert incident_document.read(plain)["id"] == change.id


@pytest.mark.parametrize("most", [128 << 10, 200 << 10])
def test_the_largest_incident_is_made_to_fit(most: int) -> None:
    story, eye = Story(), Incidents(DETECTORS)
    long = "/" + "\u00e9" * 4000
    for number in range(150):
        event = story.act(
            Kind.EXEC,
            long,
            Verdict.BLOCK,
            program=long,
            argv=(long, long),
            pid=100 + number,
            ancestors=tuple(Ancestor(pid, long) for pid in (9, 8, 7, 6, 5, 1)),
            address=Address("unix", "any", long, 0),
        )
        eye.take(event, [detection(SHELL, event, what=long, facts={str(n): long for n in range(40)})])
    told = eye.finish()[0].incident()
    assert incident_json.size(incident_json.to_plain(told)) > 1 << 20
    for arguments in (True, False):
        plain = incident_json.fitted(told, most, arguments=arguments)
        assert incident_json.size(plain) <= most
        VALIDATOR.validate(plain)
        assert plain["left_out"] > told.left_out
        assert plain["deviations"]
        assert plain["detections"]


WRONG = [
    ("schema", "outrider.incident/2"),
    ("type", "event"),
    ("id", "x"),
    ("score", 101),
    ("score", True),
    ("severity", "awful"),
    ("stopped", "yes"),
    ("begin", "yesterday"),
    ("attack", [{"technique": "x", "name": ""}]),
    ("timeline", [{"schema": "other"}]),
    ("processes", [{"pid": 1}]),
    ("seqs", [-1]),
    ("narrative", "x" * 5000),
    ("advice", ["x"] * 600),
]


@pytest.mark.parametrize(
    ("field", "value"), WRONG, ids=[f"{field}{place}" for place, (field, _) in enumerate(WRONG)]
)
def test_a_wrong_field_is_refused_and_named(field: str, value: Any) -> None:
    plain = incident_json.to_plain(incident_of(told()))
    with pytest.raises(InvalidInput, match=field if field != "timeline" else "schema"):
        incident_document.read(plain | {field: value})


def test_endless_trees_are_refused() -> None:
    tree: dict[str, Any] = {"pid": 1, "programs": [], "cmdline": [], "acts": [], "children": []}
    for pid in range(200):
        tree = {"pid": pid, "programs": [], "cmdline": [], "acts": [], "children": [tree]}
    plain = incident_json.to_plain(incident_of(told()))
    with pytest.raises(InvalidInput):
        incident_document.read(plain | {"processes": [tree]})
