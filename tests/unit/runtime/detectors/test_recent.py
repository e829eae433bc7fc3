"""Windows that count: distinct, bounded, never changed in place."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from outrider.model.event import Kind
from outrider.runtime.detectors.detector import SECOND
from outrider.runtime.detectors.recent import NOTHING, NOTHING_COUNTED, Counts, Window
from runtime.detectors.making import BEGIN, made

WINDOW = Window(span_ns=10 * SECOND, most=4, keys=3, pause_ns=60 * SECOND)
STEPS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(-2, 12)), max_size=60)


def _at(second: float, seq: int = 1):
    return replace(made(Kind.CONNECT), time_ns=BEGIN + int(second * SECOND), seq=seq)


@given(STEPS)
def test_bounded_and_distinct_whatever_comes(steps: list[tuple[int, int, int]]) -> None:
    counts, now = NOTHING_COUNTED, 0
    for seq, (key, thing, later) in enumerate(steps, start=1):
        now += later
        before = (dict(counts.windows), dict(counts.told))
        after, recent = WINDOW.add(counts, key, thing, _at(now, seq))
        assert (dict(counts.windows), dict(counts.told)) == before
        assert (after, recent) == WINDOW.add(counts, key, thing, _at(now, seq))
        assert len(recent) <= WINDOW.most and len(after.windows) <= WINDOW.keys
        assert len(set(recent.things)) == len(recent)
        if recent:
            assert recent.things[-1] == thing and recent.seqs[-1] == seq
        counts = WINDOW.tell(after, key, _at(now)) if len(recent) == WINDOW.most else after
        assert len(counts.told) <= WINDOW.keys


def _seen(*things: tuple[float, str]) -> Counts:
    counts = NOTHING_COUNTED
    for second, thing in things:
        counts, _ = WINDOW.add(counts, "key", thing, _at(second))
    return counts


def test_what_is_long_ago_is_forgotten() -> None:
    _, recent = WINDOW.add(_seen((0, "a"), (5, "b"), (9.5, "c")), "key", "d", _at(12))
    assert recent.things == ("b", "c", "d")


def test_seen_again_is_seen_last_and_once() -> None:
    _, recent = WINDOW.add(_seen((0, "a"), (5, "b"), (9, "a")), "key", "c", _at(12))
    assert recent.things == ("b", "a", "c")


def test_one_that_comes_late_does_not_bring_the_past_back() -> None:
    counts = _seen((0, "a"), (20, "b"))
    _, recent = WINDOW.add(counts, "key", "c", _at(19))
    assert recent.things == ("b", "c")


def test_what_was_told_is_not_counted_for_a_while() -> None:
    counts = WINDOW.tell(_seen((0, "a"), (1, "b")), "key", _at(1))
    assert WINDOW.add(counts, "key", "c", _at(60))[1] is NOTHING
    assert WINDOW.add(counts, "other", "c", _at(60))[1].things == ("c",)
    assert WINDOW.add(counts, "key", "c", _at(62))[1].things == ("c",)
