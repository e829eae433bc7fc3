"""The README's table is that of today, and answers for every name of others."""

from detections import table
from detections.others import ATTACK, FALCO, GUARDDUTY, NOT_COVERED
from outrider.runtime.detectors.registry import DETECTORS


def test_readme_has_the_table() -> None:
    said = table.README.read_text()
    assert said == table.written(said), "run `PYTHONPATH=.. python -m detections.table` in tests/"


def test_every_name_is_covered_or_explained() -> None:
    assert not table.unanswered()


def test_what_is_explained_is_really_not_covered() -> None:
    assert not set(NOT_COVERED) & table.covered(DETECTORS)
    assert set(NOT_COVERED) <= {*FALCO, *GUARDDUTY, *ATTACK}


def test_a_detector_less_would_be_seen() -> None:
    without = tuple(one for one in DETECTORS if one.id != "terminal-shell")
    assert "Terminal shell in container" in table.covered(DETECTORS)
    fewer = table.covered(tuple(one for one in without if one.id != "foreign-process"))
    assert "Terminal shell in container" not in fewer


def test_lists_are_sorted_and_without_twins() -> None:
    for names in (FALCO, GUARDDUTY, ATTACK):
        assert list(names) == sorted(set(names))
