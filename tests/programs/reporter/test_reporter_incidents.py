"""Incidents on their way through the reporter: from queue, bus and log to sinks; people are called once."""

import json
from dataclasses import replace
from typing import Any

import pytest

from cdk_app.functions.reporter import intake
from cdk_app.functions.reporter.aws.sinks import _notice
from cdk_app.functions.reporter.handler import handle
from cdk_app.functions.reporter.routing import BUS, HUB, LAKE, MODELS, TOPIC, calls, opened, sinks
from outrider.errors import InvalidInput
from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic, dump
from outrider.model.event import Verdict
from outrider.model.incident import Incident
from outrider.report import asff, ocsf
from outrider.runtime import incident_json
from outrider.runtime.incident_envelope import of_incident
from outrider.runtime.incidents import Incidents
from tests.programs.reporter.reporter_messages import ACCOUNT, REGION, act, batch, bus_body, delivery
from tests.programs.reporter.reporter_stubs import Weather, doors

TASK = Subject(
    kind=SubjectKind.TASK, id=f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/c/1", name="shop", container="web"
)


def incident() -> Incident:
    eye = Incidents()
    eye.take(act(1, verdict=Verdict.ALERT))
    eye.take(act(2, verdict=Verdict.BLOCK))
    return eye.finish()[0].incident()


def told(**over: Any) -> Envelope:
    plain = incident_json.to_plain(incident(), arguments=False)
    made = of_incident(plain, TASK, account=ACCOUNT, region=REGION)
    return replace(made, detail={**made.detail, **over})


def test_an_incident_goes_to_bus_hub_and_lake_from_wherever_it_comes() -> None:
    for body in (json.dumps(dump(told())), bus_body(told())):
        made = doors(Weather())
        assert handle(batch(body), made, REGION) == {"batchItemFailures": []}
        assert set(made.sinks[HUB].had) == set(made.sinks[LAKE].had) == {told().id}
        assert MODELS in sinks(told()) and TOPIC not in sinks(told())


def test_a_line_of_a_log_becomes_the_same_kind_of_envelope() -> None:
    line = incident_json.to_line(incident_json.to_plain(incident()))
    assert "hunter2" in line
    made = doors(Weather())
    assert handle(delivery(line), made, REGION) == {"taken": 1, "again": 0}
    (one,) = made.sinks[BUS].envelopes.values()
    assert one.topic is Topic.INCIDENT
    assert one.id == told().id, "told by queue and log, it is told once"
    assert "hunter2" not in str(dump(one))
    assert ocsf.event(one)
    assert asff.finding(one)


def test_lying_incidents_are_refused() -> None:
    made = doors(Weather())
    wrong = [told(score=1000), told(schema="outrider.incident/9"), told(timeline=[{"x": 1}]), told(id="1")]
    answer = handle(batch(*(json.dumps(dump(one)) for one in wrong)), made, REGION)
    assert len(answer["batchItemFailures"]) == len(wrong)
    plain = incident_json.to_plain(incident()) | {"severity": "awful"}
    with pytest.raises(InvalidInput, match="severity"):
        intake.from_line(intake.Line(ACCOUNT, REGION, "group", json.dumps(plain)))


def test_arguments_that_a_sender_did_not_leave_out_are() -> None:
    plain = incident_json.to_plain(incident())
    body = dump(told()) | {"detail": plain}
    read = intake.from_message(json.dumps(body))
    assert read and "hunter2" in json.dumps(body)
    assert "hunter2" not in str(read.envelope.detail)


@pytest.mark.parametrize(
    ("severity", "was", "called"),
    [
        ("critical", None, True),
        ("high", None, True),
        ("medium", None, False),
        ("high", "medium", True),
        ("high", "high", False),
        ("critical", "high", True),
        ("critical", "critical", False),
        ("high", "critical", False),
    ],
)
def test_people_are_called_when_it_becomes_bad_and_no_more(
    severity: str, was: str | None, called: bool
) -> None:
    one = told(severity=severity, **({"was": was} if was else {}))
    assert calls(one) is called
    assert (TOPIC in sinks(one)) is called


def test_only_the_first_telling_counts_as_opened() -> None:
    assert [opened(told(state=state)) for state in ("opened", "updated", "closed")] == [True, False, False]
    assert not opened(replace(told(state="opened"), topic=Topic.EVENT))


def test_a_notice_says_what_and_what_to_do() -> None:
    notice = _notice(told(severity="critical"))
    lines = notice["Message"].splitlines()
    assert notice["Subject"] == "Outrider: sh tried to run /bin/tool2, and 1 more in web"
    assert lines[0].startswith("sh ran /bin/tool1 and tried to run /bin/tool2. Stopped: the run of")
    assert lines[1].startswith("See all of it: outrider record show")
