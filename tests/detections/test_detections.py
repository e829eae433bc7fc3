"""Every detector fires on a real attack, and is silent at what looks like it."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from detections.case import Case
from detections.playing import play
from outrider.runtime.detectors.registry import DETECTORS

NAMES = [detector.id.replace("-", "_") for detector in DETECTORS]
MODULES: dict[str, ModuleType] = {name: import_module(f"detections.attacks.{name}") for name in NAMES}


def _cases(kind: str) -> list[pytest.param]:
    return [
        pytest.param(case, id=f"{name}: {case.name}")
        for name in NAMES
        for case in getattr(MODULES[name], kind)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_has_an_attack_and_a_look_alike(name: str) -> None:
    detector = name.replace("_", "-")
    assert any(detector in case.fires for case in MODULES[name].ATTACKS)
    assert any(detector in case.silent for case in MODULES[name].LOOK_ALIKES)


@pytest.mark.whole
@pytest.mark.parametrize("case", _cases("ATTACKS"))
def test_attack(case: Case, binary: Path, tmp_path: Path) -> None:
    events, found = play(case, binary, tmp_path)
    numbers = {event.seq for event in events}
    for wanted in case.fires:
        hits = [one for one in found if one.detector == wanted]
        assert hits, f"{wanted} did not fire; events: {events}"
        assert all(set(hit.seqs) <= numbers for hit in hits)


@pytest.mark.whole
@pytest.mark.parametrize("case", _cases("LOOK_ALIKES"))
def test_look_alike(case: Case, binary: Path, tmp_path: Path) -> None:
    _, found = play(case, binary, tmp_path)
    assert not [one for one in found if one.detector in case.silent]
