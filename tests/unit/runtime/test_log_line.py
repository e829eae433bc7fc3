"""Lines of a function's log: ours wherever CloudWatch put them, nobody else's, and no error but ours."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.behaviour import Seen
from outrider.model.event import FUNCTION, Address, Event, Kind
from outrider.runtime.acts import Acts
from outrider.runtime.log_line import from_line

TIME = "2026-11-24T05:25:29.500000000Z"
ACT: dict[str, Any] = {
    "kind": "connect",
    "program": "/var/lang/bin/python3.11",
    "address": {"family": "inet", "protocol": "tcp", "host": "192.0.2.7", "port": 443},
    "name": "api.example.com",
    "code": "/var/task/requests/adapters.py:667 send",
    "distribution": "requests 2.32.3",
    "count": 4,
    "first": TIME,
    "last": TIME,
}
LINE: dict[str, Any] = {
    "schema": "outrider.acts/1",
    "function": "webhook",
    "version": "7",
    "image": "tree:00",
    "instance": "5a",
    "invocations": 3,
    "part": 1,
    "of": 1,
    "acts": [ACT],
}
PLAIN = json.dumps(LINE, separators=(",", ":"))
EVENT = f'{{"schema":"outrider.event/1","type":"start","seq":1,"time":"{TIME}","function":"webhook"}}'


def test_acts_are_read() -> None:
    acts = from_line(PLAIN.encode())
    assert isinstance(acts, Acts)
    assert (acts.function, acts.version, acts.image, acts.instance) == ("webhook", "7", "tree:00", "5a")
    ((event, seen),) = acts.acts
    assert (event.container, event.kind, event.name) == (FUNCTION, Kind.CONNECT, "api.example.com")
    assert event.address == Address("inet", "tcp", "192.0.2.7", 443)
    assert seen == Seen(4, seen.first_ns, seen.first_ns)


@pytest.mark.parametrize(
    "line",
    [
        PLAIN,
        json.dumps(LINE),
        f"2026-11-24T05:25:29.500Z {PLAIN}",
        f"2026-11-24T05:25:29.500000+00:00 2026/11/24/[$LATEST]0123abcd {PLAIN}",
        f"EVENTS\t1795482123000\t{PLAIN}\t1795482123001",
        f'            "message": {json.dumps(PLAIN)},',
        json.dumps({"timestamp": 1, "message": PLAIN + "\n"}),
        json.dumps({"@message": PLAIN}),
        json.dumps({"time": TIME, "type": "extension", "record": LINE}),
        json.dumps({name: LINE[name] for name in sorted(LINE)}),
    ],
)
def test_a_line_is_found_wherever_it_was_put(line: str) -> None:
    assert from_line(line.encode()) == from_line(PLAIN.encode())


@pytest.mark.parametrize(
    "line",
    [
        "START RequestId: 5ce86ba7 Version: $LATEST",
        '{"level": "INFO", "message": "all is well"}',
        "got " + PLAIN,
        "outrider.acts/1 is a schema",
        '{"message": "outrider.acts/1"}',
        '{"note": {"schema": "outrider.acts/1"',
        '{"schema":"outrider.invocations/1","invocations":3}',
        '[{"schema":"outrider.acts/1"}]',
        "\xff outrider.",
    ],
)
def test_lines_of_others_and_counters_are_nothing(line: str) -> None:
    assert from_line(line.encode("latin-1")) is None


@pytest.mark.parametrize(
    "line",
    [
        PLAIN[:-20],
        '{"schema":"outrider.acts/1"}',
        '{"schema":"outrider.event/1"}',
        '{"schema":"outrider.event/2"}',
        PLAIN.replace('"count":4', '"count":-4'),
        PLAIN.replace('"count":4', '"count":18446744073709551616'),
        PLAIN.replace('"connect"', '"nonsense"'),
        PLAIN.replace(TIME, "yesterday"),
        PLAIN.replace('"port":443', '"port":65536'),
        PLAIN.replace("webhook", "\\ud800"),
        PLAIN.replace('"version":"7"', '"version":' + "[" * 60 + "]" * 60),
    ],
)
def test_what_says_that_it_is_ours_and_is_not_is_told(line: str) -> None:
    with pytest.raises(InvalidInput):
        from_line(line.encode())


SEEDS = [PLAIN, EVENT, f"2026-11-24T05:25:29.500Z {PLAIN}", json.dumps({"message": PLAIN})]


@settings(max_examples=300)
@given(st.sampled_from(SEEDS), st.data())
def test_hostile_lines_give_what_lines_give_or_our_error(seed: str, data: st.DataObject) -> None:
    line = bytearray(seed.encode())
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(line)))
        line[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    try:
        told = from_line(bytes(line))
    except InvalidInput:
        return
    assert told is None or isinstance(told, Event | Acts)


@given(st.binary(max_size=60))
def test_anything_behind_our_schema_gives_our_error_or_nothing(rest: bytes) -> None:
    for beginning in (
        b'{"schema":"outrider.',
        b'{"schema":"outrider.acts/1",',
        b'{"message":"{\\"schema\\":\\"',
    ):
        try:
            told = from_line(beginning + rest)
        except InvalidInput:
            continue
        assert told is None
