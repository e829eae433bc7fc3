"""What a detector names is not learned, unless somebody accepts it; whatever comes first."""

from dataclasses import replace
from typing import Any

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, FrameType, Kind, Verdict
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.learn import Learned, learn
from outrider.runtime.watch import Watch
from runtime.story import PYTHON, Story


def dropped(state: tuple[tuple[str, int], ...], event: Event) -> tuple[Any, tuple[Hit, ...]]:
    """Fires on an exec of a file that was written before, and names the write too."""
    if event.kind is Kind.WRITE:
        return (*state, (event.target, event.seq)), ()
    earlier = tuple(seq for path, seq in state if path == event.target)
    return state, (Hit(event=event, what="a file was written, then run", earlier=earlier),) if earlier else ()


DROPPER = Detector(
    id="test-dropper",
    title="Written, then run",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1105",),
    explanation="A test.",
    false_positives="None.",
    advice="None.",
    kinds=frozenset({Kind.EXEC, Kind.WRITE}),
    begin=lambda _: (),
    step=dropped,
    repeats=True,
)


def learned(events: list[Event], *accept: str) -> Learned:
    return learn(events, watch=Watch(lambda _: Scene(), [DROPPER]), accept=accept)


def story() -> Story:
    told = Story()
    told.act(Kind.WRITE, "/srv/tool")
    told.act(Kind.WRITE, "/srv/data")
    return told


def behaviours(found: Learned) -> set[str]:
    return {one.target for model in found.models for one in model.behaviours}


def test_what_was_taken_before_it_was_named_is_left_out_too() -> None:
    told = story()
    write = told.events[0]
    told.tell(FrameType.REPEAT, ref_seq=write.seq, count=5)
    told.act(Kind.EXEC, "/srv/tool")
    found = learned(told.events)
    assert behaviours(found) == {"/srv/data"}
    assert found.left_out == {"flagged by test-dropper": 2}
    assert [(one.detector, one.behaviour, one.events, one.learned) for one in found.flagged] == [
        ("test-dropper", Behaviour(Kind.EXEC, PYTHON, "/srv/tool"), 1, False),
        ("test-dropper", Behaviour(Kind.WRITE, PYTHON, "/srv/tool"), 1, False),
    ]
    assert found.flagged[0].what == "a file was written, then run"


def test_accepted_it_is_learned_and_nothing_is_listed() -> None:
    told = story()
    told.act(Kind.EXEC, "/srv/tool")
    found = learned(told.events, "test-dropper")
    assert behaviours(found) == {"/srv/data", "/srv/tool"}
    assert (dict(found.left_out), found.flagged) == ({}, ())


def test_what_other_lives_show_without_being_named_is_learned_and_that_is_said() -> None:
    told, other = story(), Story(instance="0b" * 16)
    told.act(Kind.EXEC, "/srv/tool")
    other.act(Kind.WRITE, "/srv/tool")
    mixed = sorted([*told.events, *other.events], key=lambda event: event.time_ns)
    found = learned(mixed)
    assert behaviours(found) == {"/srv/data", "/srv/tool"}
    assert [one.learned for one in found.flagged] == [False, True]


def test_told_twice_is_seen_once_by_detectors_and_blocked_stays_blocked() -> None:
    told = story()
    told.act(Kind.EXEC, "/srv/tool", Verdict.BLOCK)
    found = learned([*told.events, *told.events])
    assert found.left_out == {"flagged by test-dropper": 1, "blocked": 1, "told before": 3}
    assert [one.behaviour and one.behaviour.kind for one in found.flagged] == [Kind.WRITE]
    assert found.taken == 1


def test_without_a_watch_nothing_is_flagged() -> None:
    told = story()
    told.act(Kind.EXEC, "/srv/tool", argv=("tool", "-v", "/x"), sha256="ab" * 32)
    (model,) = learn(told.events).models
    seen = model.seen[Behaviour(Kind.EXEC, PYTHON, "/srv/tool")]
    assert (seen.sha256, seen.shapes, seen.lives) == ({"ab" * 32}, {"-v PATH"}, model.instances)


def test_what_is_named_with_low_confidence_is_learned_and_counted() -> None:
    told = story()
    told.act(Kind.EXEC, "/srv/tool")
    unsure = replace(DROPPER, confidence=Confidence.LOW)
    found = learn(told.events, watch=Watch(lambda _: Scene(), [unsure]))
    assert found.flagged == () and found.noticed == {"test-dropper": 1}
    assert "/srv/tool" in behaviours(found)
