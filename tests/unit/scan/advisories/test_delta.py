import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Range
from outrider.model.finding import Exploited
from outrider.scan.advisories import delta
from outrider.scan.advisories.delta import Changed, Delta
from outrider.scan.advisories.lookup import Decoration
from outrider.scan.advisories.manifest import Manifest, Shard
from outrider.scan.advisories.record import CveFact
from tests.unit.scan.advisories.building import advisory, affected, shards, staged

A, B = "a" * 64, "b" * 64


def compared(old: list[Advisory | CveFact], new: list[Advisory | CveFact]) -> Delta:
    """The delta of two databases in memory; every shard counts as changed."""
    manifests, opens = [], []
    for digest, records in ((A, old), (B, new)):
        staging = staged(records)
        made = shards(staging)
        lines = [
            Shard(name=name, sha256=digest, size=1, ecosystems=tuple(filter(None, staging.ecosystems(name))))
            for name in made
        ]
        manifests.append(Manifest(built="2026-01-01T00:00:00Z", shards=tuple(lines)))
        opens.append(made.__getitem__)
    return delta.between(manifests[0], manifests[1], (A, B), opens[0], opens[1])


def names(found: Delta) -> tuple[tuple[str, str], ...]:
    return tuple((one.shard, one.name) for one in found.changed)


def flaw(name: str, package: str, fixed: str, **fields: str) -> Advisory:
    return advisory(name, affected(package, Range(fixed=fixed)), **fields)


def test_the_same_is_no_change() -> None:
    records: list[Advisory | CveFact] = [flaw("X-1", "one", "2"), flaw("X-2", "two", "2")]
    assert compared(records, records) == Delta(before=A, after=B)


def test_added_changed_and_taken_away() -> None:
    old: list[Advisory | CveFact] = [
        flaw("X-1", "gone", "2"),
        flaw("X-2", "moved", "2"),
        flaw("X-3", "s", "2"),
    ]
    new: list[Advisory | CveFact] = [
        flaw("X-2", "moved", "3"),
        flaw("X-3", "s", "2"),
        flaw("X-4", "new", "1"),
    ]
    found = compared(old, new)
    assert names(found) == (("pypi", "gone"), ("pypi", "moved"), ("pypi", "new"))
    assert found.advisories == 3


def test_a_record_that_moves_to_another_package_names_both() -> None:
    found = compared([flaw("X-1", "before", "2")], [flaw("X-1", "after", "2")])
    assert names(found) == (("pypi", "after"), ("pypi", "before"))


def test_what_kev_says_anew_concerns_the_packages_that_have_the_flaw() -> None:
    by_alias = advisory(
        "GHSA-1",
        affected("one", Range(fixed="2")),
    )
    by_alias = Advisory(id="GHSA-1", feed="osv", aliases=("CVE-2024-0001",), affected=by_alias.affected)
    records = [by_alias, flaw("CVE-2024-0001", "two", "2"), flaw("CVE-2024-00012", "other", "2")]
    told = CveFact("CVE-2024-0001", Decoration(exploited=Exploited("2026-01-01")))
    assert names(compared([*records], [*records, told])) == (("pypi", "one"), ("pypi", "two"))


def test_scores_alone_change_nothing() -> None:
    record = flaw("CVE-2024-0001", "two", "2")
    old = CveFact("CVE-2024-0001", Decoration(epss=0.1, epss_percentile=0.2))
    new = CveFact("CVE-2024-0001", Decoration(epss=0.9, epss_percentile=0.9))
    assert names(compared([record, old], [record, new])) == ()


def test_an_old_shard_that_cannot_be_read_counts_as_empty(tmp_path: Path) -> None:
    staging = staged([flaw("X-1", "one", "2")])
    made = shards(staging)
    line = Shard(name="pypi", sha256=A, size=1, ecosystems=("PyPI",))
    old = Manifest(built="2026-01-01T00:00:00Z", shards=(line,))
    new = Manifest(
        built="2026-01-01T00:00:00Z", shards=(Shard(name="pypi", sha256=B, size=1, ecosystems=("PyPI",)),)
    )
    found = delta.between(old, new, (A, B), lambda name: sqlite3.connect(":memory:"), made.__getitem__)
    assert names(found) == (("pypi", "one"),)
    with pytest.raises(InvalidInput):
        delta.between(new, old, (B, A), made.__getitem__, lambda name: sqlite3.connect(":memory:"))


PACKAGES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("123"), max_size=6)


@given(PACKAGES, PACKAGES)
def test_the_names_are_those_whose_records_differ(old: dict[str, str], new: dict[str, str]) -> None:
    made = [[flaw(f"X-{name}", name, fixed) for name, fixed in found.items()] for found in (old, new)]
    different = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    assert names(compared([*made[0]], [*made[1]])) == tuple(("pypi", name) for name in sorted(different))


PAIRS = st.tuples(st.sampled_from(["pypi", "debian-12"]), st.text("ab/é", min_size=1))
CHANGED = st.dictionaries(PAIRS, st.frozensets(st.sampled_from(["X-1", "X-2"])), max_size=9)


@given(CHANGED, st.integers(0, 9))
def test_written_and_read(changed: dict[tuple[str, str], frozenset[str]], count: int) -> None:
    changes = sorted(Changed(*package, tuple(sorted(records))) for package, records in changed.items())
    one = Delta(before="", after=B, changed=tuple(changes), advisories=count)
    assert delta.parse(delta.write(one)) == one


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
)


@given(st.binary() | st.fixed_dictionaries(
    {"format": st.just(1), "from": JSON | st.just(A), "to": JSON | st.just(B), "advisories": JSON},
    optional={"changed": st.dictionaries(st.text("a-"), JSON | st.just({"b": ["X"]}), max_size=3)},
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_anything_else_is_refused_by_an_error_of_ours(data: bytes) -> None:
    try:
        found = delta.parse(data)
    except InvalidInput:
        return
    assert delta.parse(delta.write(found)) == found
