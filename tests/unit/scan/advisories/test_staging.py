"""How records of many feeds become one shard."""

from itertools import permutations

from outrider.model.advisory import Range
from outrider.scan.advisories.record import LeftOut, Problem
from outrider.scan.advisories.staging import Staging, joined
from tests.unit.scan.advisories.building import advisory, affected, database, names, shards, staged


def dump(staging: Staging) -> dict[str, list[str]]:
    return {name: list(connection.iterdump()) for name, connection in shards(staging).items()}


def test_the_order_of_sources_does_not_matter() -> None:
    records = [
        advisory("A-1", affected("a", Range(fixed="1")), affected("b", Range(), ecosystem="npm")),
        advisory("A-1", affected("c", Range(fixed="2"))),
        advisory("A-2", affected("a", Range(fixed="3")), modified="2026-01-01"),
        advisory("A-2", affected("a", Range(fixed="4")), modified="2026-01-02"),
    ]
    first = dump(staged(records))
    assert all(dump(staged(order)) == first for order in permutations(records))


def test_the_newest_record_of_a_name_counts() -> None:
    old = advisory("A-1", affected("a", Range(fixed="1")), modified="2026-01-01")
    new = advisory("A-1", affected("a", Range(fixed="2")), modified="2026-01-02")
    assert joined([old, new]) == new
    assert names(database(old, new), "PyPI", "a", "1.5") == ["A-1"]


def test_equally_new_records_say_their_parts() -> None:
    one = advisory("CVE-2026-1", affected("a", Range(fixed="1")))
    other = advisory("CVE-2026-1", affected("b", Range(fixed="1")))
    whole = joined([one, other])
    assert [entry.name for entry in whole.affected] == ["a", "b"]
    assert joined([other, one]).affected == whole.affected


def test_a_nameless_security_update_gives_way_to_the_advisory_with_the_same_fix() -> None:
    nameless = advisory(
        "DEBIAN-SECURITY:a", affected("a", Range(fixed="1-2"), ecosystem="Debian:12"), feed="apt-packages"
    )
    named = advisory("DSA-1-1", affected("a", Range(fixed="1-2"), ecosystem="Debian:12"))
    older = advisory("DSA-1-1", affected("a", Range(fixed="1-1"), ecosystem="Debian:12"))
    assert names(database(nameless, named), "Debian:12", "a", "1-0") == ["DSA-1-1"]
    assert names(database(nameless, older), "Debian:12", "a", "1-0") == ["DEBIAN-SECURITY:a", "DSA-1-1"]
    assert names(database(nameless, older), "Debian:12", "a", "1-1") == ["DEBIAN-SECURITY:a"]


def test_what_cannot_be_compared_is_told_and_the_rest_kept() -> None:
    staging = staged([])
    told = list(staging.add(advisory("A-1", affected("a", Range(fixed="no version"), Range(fixed="2"))), "s"))
    assert [type(part) for part in told] == [LeftOut]
    told = list(staging.add(advisory("A-2", affected("a", Range(fixed="2"), ecosystem="Hackage")), "s"))
    assert told == [LeftOut("ranges of Hackage", "A-2: a: the order of '2' is not known")]
    told = list(staging.add(advisory("A-3", affected("a", Range(), ecosystem="../etc")), "s"))
    assert [type(part) for part in told] in ([Problem], [LeftOut])
    assert staging.shards() == ["pypi"]


def test_an_ecosystem_without_an_order_has_its_listed_versions() -> None:
    found = database(advisory("A-1", affected("a", ecosystem="Hackage", versions=("1.0",))))
    assert [hit.advisory for hit in found.hits("Hackage", "a", "1.0", b"")] == ["A-1"]
    assert found.hits("Hackage", "a", "1.1", b"") == []
