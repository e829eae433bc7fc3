"""What an incident names is marked in the models' table, whichever comes first, however often."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from cdk_app.functions.reporter import flags, models
from cdk_app.functions.reporter.model_sink import ModelSink
from cdk_app.functions.reporter.routing import MODELS, sinks
from outrider.errors import InvalidInput
from outrider.model.behaviour import BehaviourModel
from outrider.model.envelope import Envelope, Topic, identity
from outrider.model.event import Event, Kind
from outrider.runtime import jsonl
from tests.programs.reporter.reporter_messages import ACCOUNT, REGION, act, event_envelope
from tests.programs.reporter.reporter_stubs import MemoryTable, Weather


def incident(*events: Event, **detail: Any) -> Envelope:
    """An incident in which one detector names all these events."""
    said = {
        "detections": [{"detector": "dropper", "seqs": [event.seq for event in events]}],
        "timeline": [jsonl.to_plain(event) for event in events],
    }
    like = event_envelope(events[0])
    return replace(
        like, topic=Topic.INCIDENT, id=identity(Topic.INCIDENT, ACCOUNT, REGION, "1"), detail=said | detail
    )


def told(*envelopes: Envelope) -> BehaviourModel:
    """What the table holds after these came one by one."""
    table = MemoryTable(Weather())
    for envelope in envelopes:
        assert ModelSink(table).send([envelope]) == {}
    known = models.observed(event_envelope(act(1)))
    assert known
    return models.load(table, known)


def test_whichever_comes_first_the_entry_is_flagged() -> None:
    write = act(1, kind=Kind.WRITE, target="/srv/tool")
    run = act(2, target="/srv/tool")
    other = act(3, target="/bin/other")
    envelopes = [event_envelope(write), event_envelope(run), event_envelope(other), incident(write, run)]
    found = [told(*order, *order[:1]) for order in permutations(envelopes)]
    assert all(one == found[0] for one in found)
    assert {one.target for one in found[0].accepted} == {"/bin/other"}
    marked = [seen for seen in found[0].seen.values() if not seen.stands]
    assert [(seen.count, seen.flagged) for seen in marked] == [(1, {"dropper"})] * 2


def test_what_one_event_alone_shows_is_flagged_without_an_incident() -> None:
    model = told(event_envelope(act(1, target="/memfd:x (deleted)", traits=("memfd",))))
    (seen,) = model.seen.values()
    assert (seen.flagged, model.accepted) == ({"fileless-program"}, frozenset())


def test_incidents_go_to_the_models() -> None:
    assert MODELS in sinks(incident(act(1)))


def test_an_incident_that_names_nothing_a_model_holds_marks_nothing() -> None:
    assert flags.flagged(incident(act(1), timeline=[])) is None
    assert flags.flagged(incident(act(1), detections=[])) is None


@pytest.mark.parametrize("detail", [{"detections": 1}, {"detections": [{}]}, {"timeline": [{"schema": 1}]}])
def test_what_is_malformed_is_refused(detail: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        flags.flagged(incident(act(1), **detail))
