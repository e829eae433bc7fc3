"""What a look-up answers."""

import sqlite3

import pytest

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Range
from outrider.model.finding import Exploited
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.lookup import Decoration, Hit, Lookup
from outrider.scan.advisories.record import CveFact
from outrider.scan.versions import pep440
from outrider.scan.versions.registry import scheme_of
from tests.unit.scan.advisories.building import advisory, affected, database, names, shards, staged

TWO_BRANCHES = affected("Django", Range(fixed="2.2.28"), Range("3.0", fixed="3.2.13"))


def test_a_version_is_covered_from_introduced_up_to_fixed() -> None:
    found = database(advisory("A-1", TWO_BRANCHES))
    covered = [
        v
        for v in ("0.1", "2.2.27", "2.2.28", "2.9", "3.0", "3.2.12", "3.2.13", "4")
        if names(found, "PyPI", "django", v)
    ]
    assert covered == ["0.1", "2.2.27", "3.0", "3.2.12"]


def test_a_fix_that_is_vulnerable_itself_is_none() -> None:
    """GO-2023-2185: what 1.20.11 fixed was wrong, and 1.20.12 fixed that."""
    again = affected("Django", Range(fixed="1.20.11")), affected("Django", Range("1.20.11", fixed="1.20.12"))
    (hit,) = database(advisory("A-1", *again)).hits("PyPI", "django", "1.19", pep440.SCHEME.key("1.19"))
    assert hit.fixed == ("1.20.12",)
    listed = affected("Django", Range(fixed="2"), versions=("2",))
    (hit,) = database(advisory("A-1", listed)).hits("PyPI", "django", "1.19", pep440.SCHEME.key("1.19"))
    assert hit.fixed == ()


def test_last_affected_is_covered_and_what_follows_is_not() -> None:
    found = database(advisory("A-1", affected("a", Range("1.0", last_affected="1.5"))))
    assert names(found, "PyPI", "a", "1.5.0") == ["A-1"]
    assert names(found, "PyPI", "a", "1.5.0.post1") == []


def test_after_and_before_leave_their_versions_out_and_are_no_fix() -> None:
    found = database(advisory("A-1", affected("a", Range(after="1.0", before="2.0"))))
    assert [bool(names(found, "PyPI", "a", version)) for version in ("1.0", "1.0.1", "2.0")] == [
        False,
        True,
        False,
    ]
    (hit,) = found.hits("PyPI", "a", "1.5", pep440.key("1.5"))
    assert hit.fixed == ()


def test_a_hit_says_what_is_needed_without_the_body() -> None:
    entry = affected("lamp", Range(), ecosystem="Debian:11", severity="low", status="no-dsa", arch="amd64")
    found = database(advisory("CVE-2026-1", entry))
    order = scheme_of("Debian:11")
    assert order
    assert found.hits("Debian:11", "lamp", "1-1", order.key("1-1")) == [
        Hit(advisory="CVE-2026-1", shard="debian-11", severity="low", status="no-dsa", arch="amd64")
    ]


def test_only_fixes_newer_than_the_version_are_named_lowest_first() -> None:
    three = affected("a", Range(fixed="1.10"), Range("2.0", fixed="2.9"), Range("3", fixed="3.1"))
    (hit,) = database(advisory("A-1", three)).hits("PyPI", "a", "2.1", pep440.key("2.1"))
    assert hit.fixed == ("2.9", "3.1")


def test_versions_that_are_listed_count_as_well_as_ranges() -> None:
    found = database(advisory("A-1", affected("a", Range(fixed="1.0"), versions=("1.5", "0.5", "2004d"))))
    assert names(found, "PyPI", "a", "1.5.0") == ["A-1"]
    assert names(found, "PyPI", "a", "1.6") == []


def test_what_is_no_version_is_found_letter_by_letter_and_by_nothing_else() -> None:
    found = database(
        advisory("A-1", affected("a", versions=("2004d",))), advisory("A-2", affected("a", Range()))
    )
    assert [hit.advisory for hit in found.hits("PyPI", "a", "2004d", b"")] == ["A-1"]
    assert found.hits("PyPI", "a", "2004e", b"") == []


def test_names_are_found_however_they_are_written() -> None:
    found = database(advisory("A-1", affected("Flask_Caching.x", Range())))
    assert names(found, "PyPI", "flask-caching-X", "1") == ["A-1"]
    npm = database(advisory("A-1", affected("@Scope/Name", Range(), ecosystem="npm")))
    assert names(npm, "npm", "@scope/name", "1.0.0") == ["A-1"]


def test_hits_are_sorted_and_one_for_each_advisory() -> None:
    found = database(
        *(advisory(f"A-{n}", affected("a", Range(), Range(fixed="3"), versions=("1",))) for n in (3, 1, 2))
    )
    assert names(found, "PyPI", "a", "1") == ["A-1", "A-2", "A-3"]


def test_withdrawn_advisories_never_hit() -> None:
    gone = advisory("A-1", affected("a", Range()), withdrawn="2026-01-01", modified="2026-01-01")
    older = advisory("A-1", affected("a", Range()), modified="2025-01-01")
    found = database(older, gone, advisory("A-2", affected("b", Range())))
    assert names(found, "PyPI", "a", "1") == []


def test_without_a_shard_nothing_can_be_said() -> None:
    found = database(advisory("A-1", affected("a", Range())))
    assert found.covers("PyPI")
    assert not found.covers("npm")
    assert not found.covers("!!")
    assert found.hits("npm", "a", "1", b"\1") == []


def test_releases_of_one_distribution_have_shards_of_their_own() -> None:
    found = database(advisory("A-1", affected("a", Range(), ecosystem="Ubuntu:22.04:LTS")))
    assert found.covers("Ubuntu:22.04")
    assert not found.covers("Ubuntu:24.04")


def test_the_whole_record_comes_back() -> None:
    whole = Advisory(
        id="A-1",
        feed="osv",
        aliases=("CVE-2026-1",),
        summary="s",
        details="d\u2028\x00",
        vectors=("CVSS:3.1/AV:N",),
        cwes=("CWE-1",),
        references=("https://example.org",),
        affected=(affected("a", Range("1", fixed="2"), symbols=("f",)),),
    )
    assert database(whole).advisory("pypi", "A-1") == whole


def test_a_record_that_is_not_there_is_an_error_of_ours() -> None:
    found = database(advisory("A-1", affected("a", Range())))
    for shard, identity in (("pypi", "A-2"), ("npm", "A-1"), ("cve", "A-1")):
        with pytest.raises(InvalidInput):
            found.advisory(shard, identity)


def test_cves_are_decorated() -> None:
    exploited = Decoration(exploited=Exploited("2026-01-01", "2026-01-22", True))
    scored = Decoration(epss=0.5, epss_percentile=0.9)
    found = database(CveFact("CVE-2026-1234", exploited), CveFact("CVE-2026-1234", scored))
    assert found.decoration("CVE-2026-1234") == Decoration(exploited.exploited, 0.5, 0.9)
    assert found.decoration("CVE-2026-9999") == Decoration()
    assert found.decoration("GHSA-x") == Decoration()
    assert database(advisory("A-1", affected("a", Range()))).decoration("CVE-2026-1234") == Decoration()


def test_a_database_is_what_matching_asks_for() -> None:
    found: Lookup = database(advisory("A-1", affected("a", Range())))
    assert found.covers("PyPI")


@pytest.mark.parametrize(
    "damage",
    [
        "PRAGMA application_id=1",
        "PRAGMA user_version=7",
        "DROP TABLE fix",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON fix BEGIN SELECT 1; END",
        "DROP TABLE package; CREATE VIEW package AS SELECT 1 AS id, 'a' AS name",
        "UPDATE advisory SET name = x'ff'",
        "UPDATE entry SET severity = x'05'",
        "UPDATE advisory SET name = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_shard_that_is_something_else_is_refused_by_name(damage: str) -> None:
    connection = shards(staged([advisory("A-1", affected("a", Range(fixed="2")))]))["pypi"]
    connection.executescript(damage)
    found = Database({"pypi": "PyPI"}, lambda name: connection)
    with pytest.raises(InvalidInput, match="the shard pypi"):
        found.hits("PyPI", "a", "1", pep440.key("1"))


def test_bodies_that_are_damaged_are_refused() -> None:
    for body in (b"", b"nonsense", b"x\x9c"):
        connection = shards(staged([advisory("A-1", affected("a", Range()))]))["pypi"]
        connection.execute("UPDATE advisory SET body=?", (body,))
        with pytest.raises(InvalidInput, match="pypi"):
            Database({"pypi": "PyPI"}, lambda name, opened=connection: opened).advisory("pypi", "A-1")  # type: ignore[misc]


def test_another_revision_of_the_scheme_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = shards(staged([advisory("A-1", affected("a", Range()))]))["pypi"]
    newer = pep440.SCHEME.__class__(name="pep440", key=pep440.key, revision=pep440.SCHEME.revision + 1)
    monkeypatch.setattr("outrider.scan.advisories.database.scheme_of", lambda ecosystem: newer)
    with pytest.raises(InvalidInput, match="another revision"):
        Database({"pypi": "PyPI"}, lambda name: connection).hits("PyPI", "a", "1", b"\1")


def test_bytes_that_are_no_database_are_refused() -> None:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(b"SQLite format 3\0" + b"\xff" * 4080)
    with pytest.raises(InvalidInput, match="the shard pypi"):
        Database({"pypi": "PyPI"}, lambda name: connection).hits("PyPI", "a", "1", b"\1")
