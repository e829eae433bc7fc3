"""Hostile records are refused, each for itself; the rest goes on."""

import base64
import gzip
import json
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_app.functions.reporter import caps, intake, metrics
from cdk_app.functions.reporter.handler import handle
from cdk_app.functions.reporter.routing import BUS, HUB, TOPIC
from cdk_app.functions.reporter.settings import from_environment
from outrider.errors import InvalidInput, UsageError
from outrider.model.envelope import dump
from outrider.model.event import FrameType, Verdict
from outrider.runtime import jsonl
from tests.programs.reporter.reporter_messages import (
    act,
    batch,
    bus_body,
    delivery,
    event_envelope,
    finding_envelope,
)
from tests.programs.reporter.reporter_stubs import Weather, doors


def test_bad_records_fail_alone_and_the_rest_is_delivered() -> None:
    forged = json.loads(bus_body(finding_envelope(1))) | {"source": "aws.ecr"}
    mistyped = json.loads(bus_body(finding_envelope(1))) | {"detail-type": "Outrider Scan"}
    lying = dump(event_envelope(act(1))) | {"detail": {"schema": "outrider.event/1", "type": "no"}}
    bad = [
        json.dumps(forged),
        json.dumps(mistyped),
        json.dumps(lying),
        "{",
        "[" * 5000,
        None,
        7,
        "x" * 300_000,
    ]
    made = doors(Weather())
    answer = handle(
        batch(*bad, bus_body(finding_envelope(2)), json.dumps(dump(finding_envelope(3)))), made, ""
    )
    failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
    assert failed == {f"m{number}" for number in range(len(bad))}
    assert set(made.sinks[HUB].had) == {finding_envelope(2).id, finding_envelope(3).id}
    assert set(made.sinks[BUS].had) == {finding_envelope(3).id}, "the other was on the bus already"


def test_lines_of_logs_become_envelopes_and_bad_ones_messages() -> None:
    good = jsonl.to_line(act(3, verdict=Verdict.BLOCK))
    bad = '{"schema":"outrider.event/1","type":"event"}'
    made = doors(Weather())
    assert handle(delivery("START RequestId", good, bad), made, "eu-west-1") == {"taken": 1, "again": 1}
    assert len(made.sinks[TOPIC].had) == 1
    (message,) = made.again.messages
    answer = handle(batch(message), made, "eu-west-1")
    assert answer["batchItemFailures"], "from the queue it goes to the DLQ"


def test_arguments_of_programs_go_nowhere() -> None:
    made = doors(Weather())
    handle(batch(json.dumps(dump(event_envelope(act(1, verdict=Verdict.BLOCK))))), made, "")
    handle(delivery(jsonl.to_line(act(2, verdict=Verdict.BLOCK))), made, "eu-west-1")
    assert len(made.sinks[BUS].had) == 2
    told = [str(dump(one)) for one in made.sinks[BUS].envelopes.values()]
    assert all("hunter2" not in one for one in told)


def test_control_messages_say_nothing() -> None:
    assert handle(delivery("x", kind="CONTROL_MESSAGE"), doors(Weather()), "eu-west-1")["taken"] == 0


def test_bombs_and_cut_deliveries_are_refused() -> None:
    bomb = base64.b64encode(gzip.compress(b" " * (caps.LOG_DELIVERY * 4))).decode()
    cut = base64.b64encode(gzip.compress(b'{"a":1}')[:-4]).decode()
    for data in (bomb, cut, "!", "", None, base64.b64encode(zlib.compress(b"{}")).decode()):
        with pytest.raises(InvalidInput):
            list(intake.lines(data, "eu-west-1"))


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode()))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    line = intake.Line("123456789012", "eu-west-1", "g", '{"schema":"outrider.' + text)
    for read in (lambda: intake.from_message(text), lambda: list(intake.lines(text, "eu-west-1"))):
        with pytest.raises(InvalidInput):
            read()
    with suppress(InvalidInput):
        intake.from_line(line)


def test_a_hello_teaches_and_is_not_told() -> None:
    made = doors(Weather())
    handle(batch(json.dumps(dump(event_envelope(act(0, type=FrameType.HELLO))))), made, "")
    assert not made.sinks[BUS].had


def test_settings_name_what_is_wrong() -> None:
    names = ("MODELS_TABLE", "IDEMPOTENCY_TABLE", "REPORTS_BUCKET", "BUS_NAME", "EVENTS_QUEUE_URL")
    good = {f"OUTRIDER_{name}": "x" for name in names}
    assert from_environment(good).security_hub is False
    for name in good:
        with pytest.raises(UsageError, match=name):
            from_environment(good | {name: ""})
    for name in ("OUTRIDER_SECURITY_HUB", "OUTRIDER_NOTIFICATIONS_PER_HOUR"):
        with pytest.raises(UsageError, match=name):
            from_environment(good | {name: "perhaps"})


def test_the_readme_lists_the_metrics() -> None:
    text = Path("cdk_app/functions/reporter/README.md").read_text()
    assert all(f"`{name}`" in text for name in metrics.NAMES)
