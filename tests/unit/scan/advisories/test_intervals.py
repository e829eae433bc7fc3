"""Ranges, against the evaluation that OSV gives in words, for any events."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.advisory import Range
from outrider.scan.advisories.intervals import contains, from_events, interval, merged, without


def key(version: str) -> bytes:
    """Versions of these tests are numbers up to 255."""
    if not version.isdecimal() or int(version) > 255:
        raise InvalidInput("no version")
    return bytes([int(version)])


VERSIONS = st.integers(0, 20).map(str)
EVENTS = st.lists(
    st.tuples(st.sampled_from(["introduced", "fixed", "last_affected"]), VERSIONS), min_size=1, max_size=8
)
BOUNDS = st.builds(Range, introduced=VERSIONS | st.just(""), fixed=VERSIONS | st.just(""))


def by_the_book(events: list[tuple[str, str]], version: int) -> bool:
    """https://ossf.github.io/osv-schema/#evaluation, word for word."""
    vulnerable = False
    for kind, at in sorted(events, key=lambda event: b"" if event[1] == "0" else key(event[1])):
        if kind == "introduced" and version >= int(at):
            vulnerable = True
        elif (kind == "fixed" and version >= int(at)) or (kind == "last_affected" and version > int(at)):
            vulnerable = False
    return vulnerable


def covered(ranges: tuple[Range, ...], version: int) -> bool:
    return contains(filter(None, (interval(bounds, key) for bounds in ranges)), bytes([version]))


@given(EVENTS)
def test_events_mean_what_osv_says(events: list[tuple[str, str]]) -> None:
    if not any(kind == "introduced" for kind, _ in events):
        with pytest.raises(InvalidInput):
            from_events(events, key)
        return
    ranges = from_events(events, key)
    assert [covered(ranges, v) for v in range(25)] == [by_the_book(events, v) for v in range(25)]


def test_a_limit_ends_a_range_and_is_no_fix() -> None:
    assert from_events([("introduced", "1"), ("limit", "5")], key) == (Range("1", before="5"),)
    assert from_events([("introduced", "1"), ("fixed", "3"), ("limit", "5")], key) == (Range("1", fixed="3"),)
    assert from_events([("introduced", "1"), ("limit", "5"), ("limit", "*")], key) == (Range("1"),)


def test_without_an_order_the_document_s_stands() -> None:
    events = [("introduced", "x"), ("fixed", "y"), ("introduced", "z")]
    assert from_events(events, None) == (Range("x", fixed="y"), Range("z"))


@given(st.lists(BOUNDS, max_size=6))
def test_merging_changes_nothing_but_the_number(ranges: list[Range]) -> None:
    before = [pair for bounds in ranges if (pair := interval(bounds, key))]
    after = merged(before)
    assert [contains(before, bytes([v])) for v in range(25)] == [
        contains(after, bytes([v])) for v in range(25)
    ]
    assert all(one[1] is not None and one[1] < other[0] for one, other in pairwise(after))


def test_a_fix_after_a_gap_is_named() -> None:
    """`<=1.1.0` is vulnerable, `>=1.1.1` is patched: nothing between is covered, and 1.1.1 is the fix."""
    assert without([Range(last_affected="4")], [Range("6")], [], key) == (
        Range(last_affected="4"),
        Range("6", fixed="6"),
    )
    vulnerable = Range("4", last_affected="5")
    assert without([vulnerable], [Range("2", fixed="3")], [], key) == (vulnerable,)


@given(st.lists(BOUNDS, max_size=4), st.lists(BOUNDS, max_size=4), st.lists(BOUNDS, max_size=4))
def test_without_is_the_difference(
    vulnerable: list[Range], patched: list[Range], unaffected: list[Range]
) -> None:
    left = without(vulnerable, patched, unaffected, key)
    for version in range(25):
        wanted = covered(tuple(vulnerable), version) and not covered((*patched, *unaffected), version)
        assert covered(left, version) == wanted
    assert {bounds.fixed for bounds in left} <= {bounds.introduced for bounds in patched} | {""}
