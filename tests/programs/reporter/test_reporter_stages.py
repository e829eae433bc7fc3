"""A workload version goes from stage to stage in the models' table, whoever looks, however often."""

import json
import random

import pytest

from cdk_app.functions.reporter import models, stages
from cdk_app.functions.reporter.model_sink import ModelSink
from cdk_app.functions.reporter.models import Stored
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Verdict
from outrider.model.stage import Stage
from outrider.policy.stages import Terms, Wish
from tests.programs.reporter.reporter_messages import act, event_envelope
from tests.programs.reporter.reporter_stubs import MemoryTable, Weather

START = 1_700_000_000_000_000_000
HOUR = 3600 * 1_000_000_000
TERMS = Terms(learn_seconds=3600, learn_lives=2, quiet_seconds=3600, alert_seconds=3600, back_alerts=3)


def learned(table: MemoryTable, lives: tuple[str, ...] = ("aa", "bb")) -> BehaviourModel:
    for life in lives:
        one = models.observed(event_envelope(act(1, life)))
        assert one
        models.merge(table, one)
    return one


def test_from_learning_to_blocking_and_back() -> None:
    table = MemoryTable(Weather())
    version = learned(table, ("aa",))
    waits = stages.evaluate(table, version, TERMS, START + 2 * HOUR).waits_for
    assert waits == ("1 more lives",)
    learned(table)
    made = [stages.evaluate(table, version, TERMS, START + hours * HOUR).transition for hours in (2, 3, 5)]
    assert [step and step.after for step in made] == [Stage.PROPOSED, Stage.ALERTING, None]
    wish = Wish(stage=Stage.BLOCKING, who="kim", why="read it")
    assert stages.evaluate(table, version, TERMS, START + 6 * HOUR, wish).transition
    assert models.load(table, version).standing.stage is Stage.BLOCKING
    for seq in (1, 2, 2, 3):
        stages.note(table, version, act(seq, verdict=Verdict.BLOCK, time_ns=START + 6 * HOUR + seq))
    stages.note(table, version, act(9, verdict=Verdict.ALLOW, time_ns=START + 6 * HOUR))
    back = stages.evaluate(table, version, TERMS, START + 6 * HOUR + 60).transition
    assert back is not None
    assert (back.after, back.reason) == (Stage.ALERTING, "3 acts were stopped within 3600 s of blocking")
    whole = models.load(table, version)
    assert [step.after for step in sorted(whole.steps, key=lambda step: step.order)] == [
        *(Stage.PROPOSED, Stage.ALERTING, Stage.BLOCKING, Stage.ALERTING)
    ]
    assert stages.known_of(table, whole, START + 7 * HOUR).alerts == 0


def test_alerts_are_the_same_in_any_order_twice_and_in_bad_weather() -> None:
    found = []
    for seed in range(5):
        table = MemoryTable(Weather(seed, 0.2))
        version = BehaviourModel("shop", "web")
        told = [act(seq, verdict=Verdict.ALERT) for seq in range(300)] * 2
        random.Random(seed).shuffle(told)  # noqa: S311 - the same each time
        for event in told:
            while True:
                try:
                    stages.note(table, version, event)
                    break
                except EnvironmentFault:
                    continue
        found += [stored.document for stored in table.items.values()]
    assert len(set(found)) == 1


def test_the_sink_notes_deviations_of_a_version_in_one_write_and_names_those_that_were_not() -> None:
    table = MemoryTable(Weather())
    told = [event_envelope(act(seq, verdict=Verdict.BLOCK)) for seq in range(100)]
    for _ in range(2):
        assert ModelSink(table).send(told) == {}
    (alerts,) = [stored for (_, key), stored in table.items.items() if key == "alerts"]
    assert (alerts.version, len(json.loads(alerts.document))) == (1, 100)
    (damaged,) = [key for key in table.items if key[1] == "alerts"]
    table.items[damaged] = Stored(1, "[[1]]")
    assert ModelSink(table).send(told).keys() == {one.id for one in told}


def test_who_looks_twice_makes_one_step() -> None:
    table = MemoryTable(Weather())
    version = learned(table)
    first = stages.evaluate(table, version, TERMS, START + 2 * HOUR)
    patient = Terms(read_seconds=3600)
    second = stages.evaluate(table, version, patient, START + 2 * HOUR)
    assert (first.transition is None, second.transition) == (False, None)
    assert len(models.load(table, version).steps) == 1


def test_a_damaged_item_is_our_error() -> None:
    table = MemoryTable(Weather())
    version = BehaviourModel("shop", "web")
    stages.note(table, version, act(1))
    (key,) = table.items
    table.items[key] = Stored(1, "[[1]]")
    with pytest.raises(InvalidInput):
        stages.note(table, version, act(2))
