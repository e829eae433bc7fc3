"""What every detector keeps to; a new line in the registry is enough to be asked."""

import copy
import pickle
import re
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import outrider.runtime.detectors as package
from outrider.model.behaviour import Behaviour
from outrider.model.event import Event, Kind
from outrider.runtime.detectors.detector import Detector, Hit, Scene, Step, detection
from outrider.runtime.detectors.registry import DETECTORS
from runtime.detectors.arbitrary import EVENTS, events

SCENE = Scene(
    known=frozenset(
        {
            Behaviour(Kind.EXEC, "/usr/bin/dash", target="/usr/bin/cat"),
            Behaviour(Kind.EXEC, "/usr/bin/app-*", target="/opt/*/bin/run"),
            Behaviour(Kind.CONNECT, "/usr/bin/dash", family="inet", network="10.0.0.0/8", ports="1-9"),
            Behaviour(Kind.WRITE, "/usr/bin/dash", target="/tmp/**"),
        }
    ),
    networks=("10.0.0.0/16", "fd00::/8"),
    resolvers=("10.0.0.2",),
)
LARGEST_STATE = 512 * 1024
"""Bytes of one detector's state, pickled, whatever came: ten containers have fifty detectors each."""

TOLD = tuple(events(7, 20_000))

each = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)


def test_registry_is_sorted_and_whole() -> None:
    ids = [detector.id for detector in DETECTORS]
    assert ids == sorted(set(ids))
    files = {
        path.stem
        for path in Path(package.__path__[0]).glob("*.py")
        if "\nDETECTOR = Detector(" in path.read_text()
    }
    assert files == {detector.id.replace("-", "_") for detector in DETECTORS}


@each
def test_file_is_named_for_it(detector: Detector) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", detector.id)
    module = import_module(f"{package.__name__}.{detector.id.replace('-', '_')}")
    assert module.DETECTOR is detector


@each
def test_texts_are_for_people(detector: Detector) -> None:
    assert 8 <= len(detector.title) <= 80 and detector.title[0].isupper() and detector.title[-1] != "."
    for text in (detector.explanation, detector.false_positives, detector.advice):
        assert 30 <= len(text) <= 600, text
        assert text[-1] == "." and "  " not in text and "\n" not in text, text


@each
def test_names_of_others_are_well_formed(detector: Detector) -> None:
    assert detector.attack, "no ATT&CK technique"
    for technique in detector.attack:
        assert re.fullmatch(r"T\d{4}(\.\d{3})?", technique)
    for finding in detector.guardduty:
        assert re.fullmatch(r"[A-Z][A-Za-z]+/[A-Z][A-Za-z.]+", finding), finding
    for rule in detector.falco:
        assert rule[0].isupper() and len(rule) > 10, rule
    assert detector.kinds and all(isinstance(kind, Kind) for kind in detector.kinds)


@each
def test_never_raises_never_mutates_and_stays_small(detector: Detector) -> None:
    keeps_to_it(detector, Scene(), TOLD)


@each
def test_and_so_where_something_is_known(detector: Detector) -> None:
    keeps_to_it(detector, SCENE, TOLD[:4000])


def keeps_to_it(detector: Detector, scene: Scene, told: Iterable[Event]) -> None:
    state = detector.begin(scene)
    for number, event in enumerate(event for event in told if event.kind in detector.kinds):
        before = copy.deepcopy(state) if number % 499 == 0 else None
        after, hits = detector.step(state, event)
        if number % 499 == 0:
            assert before == state, "step changed the state it was given"
            assert (after, hits) == detector.step(state, event), "step says something else the second time"
            assert len(pickle.dumps(after)) <= LARGEST_STATE, "the state grows"
        _check(detector, hits, event)
        state = after


@each
@settings(max_examples=8)
@given(data=st.data())
def test_takes_any_events(detector: Detector, data: st.DataObject) -> None:
    state = detector.begin(SCENE)
    kinds = st.sampled_from(sorted(detector.kinds))
    for anything in data.draw(st.lists(EVENTS, max_size=5)):
        event = replace(anything, kind=data.draw(kinds))
        state, hits = detector.step(state, event)
        _check(detector, hits, event)


def _check(detector: Detector, hits: tuple[Hit, ...], event: Event) -> None:
    for hit in hits:
        found = detection(detector, hit)
        assert 10 <= len(found.what) <= 400 and found.what[-1] != ".", found.what
        assert event.seq in found.seqs, "the event that completes the shape is its evidence"
        assert list(found.seqs) == sorted(set(found.seqs))
        assert all(isinstance(word, str) for fact in hit.facts.items() for word in fact)
        assert sum(len(value) for value in hit.facts.values()) <= 4096


def _mutates(state: list[int], event: Event) -> tuple[list[int], tuple[Hit, ...]]:
    state.append(event.seq)
    return state, ()


def _forgets_nothing(state: tuple[str, ...], event: Event) -> tuple[tuple[str, ...], tuple[Hit, ...]]:
    return (*state, f"{event.seq:0>1000}"), ()


@pytest.mark.parametrize(
    ("begin", "step", "fault"),
    [(list, _mutates, "changed the state"), (tuple, _forgets_nothing, "grows")],
    ids=["changes its state", "forgets nothing"],
)
def test_a_fault_would_be_seen(begin: type, step: Step, fault: str) -> None:
    faulty = replace(DETECTORS[0], kinds=frozenset(Kind), begin=lambda _: begin(), step=step)
    with pytest.raises(AssertionError, match=fault):
        keeps_to_it(faulty, Scene(), events(7, 1000))
