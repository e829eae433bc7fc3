"""Terms as a document, and the facts that they are held against."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from runtime.story import START, Story

from outrider.errors import InvalidInput, UsageError
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import FrameType, Kind, Mode, Verdict
from outrider.model.stage import Stage, Transition
from outrider.policy.facts import Alerts
from outrider.policy.from_model import mode_of
from outrider.policy.stages import Terms
from outrider.policy.terms import parse, schema

PUBLISHED = Path("templates/policies/terms.schema.json")


def test_the_published_schema_is_the_one_of_the_code() -> None:
    assert json.loads(PUBLISHED.read_text()) == schema()
    Draft202012Validator.check_schema(schema())


def test_terms() -> None:
    assert parse("version: 1") == Terms()
    said = parse("version: 1\nlearn_lives: 5\nby_people: [alerting, blocking]\nback_alerts: 3\n")
    assert said == Terms(learn_lives=5, by_people=frozenset({Stage.ALERTING, Stage.BLOCKING}), back_alerts=3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version: 2",
        "version: 1\nlearn_days: 1",
        "version: 1\nlearn_lives: -1",
        "version: 1\nby_people: [x]",
    ],
)
def test_what_is_wrong_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse(text)


@settings(max_examples=200)
@given(st.text(max_size=80) | st.text(max_size=30).map(lambda text: f"version: 1\n{text}"))
def test_any_text_gives_terms_or_our_error(text: str) -> None:
    try:
        parse(text)
    except InvalidInput:
        return


def test_alerts_are_counted_once_from_a_moment_on_and_of_one_container() -> None:
    story = Story()
    story.act(Kind.EXEC, "/bin/a", Verdict.ALERT)
    first = story.act(Kind.EXEC, "/bin/b", Verdict.BLOCK)
    last = story.act(Kind.EXEC, "/bin/c", Verdict.ALERT)
    story.act(Kind.EXEC, "/bin/d")
    story.tell(FrameType.POLICY, verdict=Verdict.BLOCK)
    alerts = Alerts("web", first.time_ns)
    for event in [*story.events, *story.events]:
        alerts.take(event)
    assert (alerts.count, alerts.last_ns) == (2, last.time_ns)
    elsewhere = Alerts("worker", START)
    elsewhere.take(first)
    assert elsewhere.count == 0


def test_the_mode_of_a_policy_is_that_of_the_mildest_stage() -> None:
    def at(stage: Stage, container: str = "web") -> BehaviourModel:
        step = Transition(before=Stage.LEARNING, after=stage, at_ns=1, reason="a test")
        return BehaviourModel("shop", container, steps=frozenset({step}))

    assert mode_of([BehaviourModel("shop", "web")]) is Mode.ALERT
    assert mode_of([at(Stage.PROPOSED)]) is Mode.ALERT
    assert mode_of([at(Stage.BLOCKING)]) is Mode.BLOCK
    assert mode_of([at(Stage.BLOCKING), at(Stage.ALERTING, "b")]) is Mode.ALERT
    with pytest.raises(UsageError, match="still learning"):
        mode_of([at(Stage.BLOCKING), at(Stage.LEARNING, "b")])
