"""Names of shards, packages and flaws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.scan.advisories.names import cve_number, is_shard, package_name, shard_of


@pytest.mark.parametrize(
    ("ecosystem", "shard"),
    [
        ("Debian:12", "debian-12"),
        ("Alpine:v3.20", "alpine-v3.20"),
        ("PyPI", "pypi"),
        ("crates.io", "crates.io"),
        ("Amazon Linux:2023", "amazon-linux-2023"),
        ("Ubuntu:22.04:LTS", "ubuntu-22.04"),
        ("Ubuntu:Pro:22.04:LTS", "ubuntu-pro-22.04"),
        ("Red Hat:enterprise_linux:9::baseos", "red-hat-9"),
        ("Red Hat:9", "red-hat-9"),
        ("SUSE:Linux Enterprise Server 15 SP5", "suse-linux-enterprise-server-15-sp5"),
    ],
)
def test_shards_have_the_names_of_ecosystems(ecosystem: str, shard: str) -> None:
    assert shard_of(ecosystem) == shard


@pytest.mark.parametrize("ecosystem", ["", ":", "cve", "CVE", "///", "x" * 200])
def test_names_that_no_shard_can_have(ecosystem: str) -> None:
    with pytest.raises(InvalidInput):
        shard_of(ecosystem)


@given(st.text(max_size=100))
def test_whatever_is_asked_a_shard_s_name_is_a_plain_file_name(ecosystem: str) -> None:
    try:
        name = shard_of(ecosystem)
    except InvalidInput:
        return
    assert is_shard(name)
    assert "/" not in name
    assert not name.startswith(".")


@given(st.sampled_from(["PyPI", "npm", "Go", "Debian:12", "Maven"]), st.text(max_size=30))
def test_a_package_s_name_is_the_same_when_it_is_normalised_again(ecosystem: str, name: str) -> None:
    once = package_name(ecosystem, name)
    assert package_name(ecosystem, once) == once


def test_cves_sort_as_numbers() -> None:
    ordered = ["CVE-1999-0001", "CVE-2021-9999", "CVE-2021-44228", "CVE-2026-0001", "CVE-2026-123456789"]
    numbers = [cve_number(name) for name in ordered]
    assert None not in numbers
    assert numbers == sorted(numbers, key=lambda number: number or 0)
    assert cve_number("CVE-21-1") is None
