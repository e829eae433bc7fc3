import pytest

from outrider.model.advisory import Advisory, Range
from outrider.model.finding import Exploited
from outrider.scan.advisories.lookup import Decoration
from outrider.scan.advisories.record import CveFact
from outrider.scan.matching.anew import Asked, Difference, difference
from tests.unit.scan.advisories.building import advisory, affected, database


def flaw(name: str, fixed: str, *aliases: str, package: str = "one", **fields: str) -> Advisory:
    made = advisory(name, affected(package, Range(fixed=fixed)), **fields)
    return Advisory(id=name, feed="osv", aliases=aliases, affected=made.affected, severity=made.severity)


def between(old: list[Advisory | CveFact], new: list[Advisory | CveFact], *changed: str) -> Difference:
    before, after = (Asked(database(*some) if some else None, "PyPI", "one") for some in (old, new))
    return difference(before, after, "1.0", changed)


def ids(said: Difference) -> tuple[list[str], list[str], list[str]]:
    return [one.id for one in said.appeared], [one.id for one in said.changed], list(said.gone)


def test_a_new_advisory() -> None:
    said = between([flaw("X-1", "2")], [flaw("X-1", "2"), flaw("X-2", "2")], "X-2")
    assert ids(said) == (["X-2"], [], [])
    assert said.appeared[0].package.type == "pypi"


def test_one_that_does_not_reach_the_version() -> None:
    assert not between([flaw("X-1", "2")], [flaw("X-1", "2"), flaw("X-2", "0.5")], "X-2")


@pytest.mark.parametrize("new", ["3", "0.5"])
def test_another_fix(new: str) -> None:
    expected = ([], ["X-1"], []) if new == "3" else ([], [], ["X-1"])
    assert ids(between([flaw("X-1", "2")], [flaw("X-1", new)], "X-1")) == expected


def test_another_severity_and_exploited_by_now() -> None:
    assert ids(between([flaw("X-1", "2", severity="low")], [flaw("X-1", "2", severity="high")], "X-1"))[1]
    cve = flaw("CVE-2024-0001", "2")
    told = CveFact("CVE-2024-0001", Decoration(exploited=Exploited("2026-01-01")))
    assert ids(between([cve], [cve, told], "CVE-2024-0001"))[1] == ["CVE-2024-0001"]


def test_a_flaw_that_another_record_told_of_is_not_new() -> None:
    known = flaw("PYSEC-1", "2", "CVE-2024-0001")
    again = flaw("GHSA-1", "2", "CVE-2024-0001")
    assert not between([known], [known, again], "GHSA-1")
    assert not between([known, again], [known], "GHSA-1")


def test_without_an_older_database_all_is_new() -> None:
    assert ids(between([], [flaw("X-1", "2")], "X-1")) == (["X-1"], [], [])
