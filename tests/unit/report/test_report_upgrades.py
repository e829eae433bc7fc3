"""What to upgrade: one line for one package, to the version that has every fix."""

from dataclasses import replace

import pytest
from golden.report_cases import FOUND, IMAGE, KEV, REQUESTS

from outrider.report.upgrades import order, upgrades


def test_binary_packages_of_one_source_are_one_upgrade_to_the_newest_fix() -> None:
    groups = upgrades(IMAGE.contents, FOUND)
    openssl = groups[0]
    assert (openssl.name, openssl.version, openssl.to) == ("openssl", "3.0.11-1~deb12u2", "3.0.15-1~deb12u1")
    assert openssl.packages == ("libssl3", "openssl")
    assert openssl.identities == ("CVE-2023-90001", "CVE-2024-90002")
    assert openssl.base


def test_what_has_no_fix_is_apart() -> None:
    assert [one.name for one in upgrades(IMAGE.contents, FOUND) if not one.to] == ["glibc", "zlib"]


def test_exploited_comes_first_then_risk() -> None:
    risky = replace(FOUND[3], risk=100.0)
    assert [one.name for one in upgrades(IMAGE.contents, (risky, KEV))] == ["openssl", "requests"]


def test_own_layers_and_base_are_apart_and_copies_are_not() -> None:
    at = [replace(REQUESTS, path=f"/{name}", layer=layer) for name, layer in (("a", 3), ("b", 3), ("c", 0))]
    groups = upgrades(IMAGE.contents, [replace(FOUND[3], package=package) for package in at])
    assert sorted((one.base, one.places) for one in groups) == [(False, ("/a", "/b")), (True, ("/c",))]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.9", "1.10"),
        ("1.0~rc1", "1.0"),
        ("1.0-rc.1", "1.0"),
        ("1.0", "1.0.1"),
        ("2.0", "1:1.0"),
        ("3.0.11-1~deb12u2", "3.0.15-1~deb12u1"),
        ("1.0.2a", "1.0.2b"),
        ("1.0.2", "1.0.2a"),
        ("099", "100"),
    ],
)
def test_order_is_that_of_people(older: str, newer: str) -> None:
    assert order(older) < order(newer)


def test_the_order_of_findings_does_not_matter() -> None:
    assert upgrades(IMAGE.contents, FOUND) == upgrades(IMAGE.contents, FOUND[::-1])
