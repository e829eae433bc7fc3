"""What every scheme promises, whatever it is given."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.versions.registry import SCHEMES, scheme_of
from outrider.scan.versions.scheme import Scheme
from tests.unit.scan.versions.pairs import pairs

each_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
ALPHABET = "0123456789.-_+~^:!aAbBrcepvs@#*xX \u0663é\n"
TEXTS = st.text(alphabet=ALPHABET, max_size=24) | st.text(max_size=12)


def key_of(scheme: Scheme, version: str) -> bytes | None:
    try:
        return scheme.key(version)
    except InvalidInput:
        return None


@cache
def neighbours(scheme: Scheme) -> list[str]:
    versions = {version for pair in pairs(scheme.name, 200) for version in pair}
    return sorted(version for version in versions if key_of(scheme, version) is not None)


@each_scheme
class TestEach:
    @given(version=TEXTS)
    @settings(max_examples=150)
    def test_any_text_gives_a_key_or_our_error(self, scheme: Scheme, version: str) -> None:
        assert key_of(scheme, version) == key_of(scheme, version)

    @given(data=st.data())
    @settings(max_examples=80)
    def test_it_is_a_total_order(self, scheme: Scheme, data: st.DataObject) -> None:
        one, two, three = (data.draw(st.sampled_from(neighbours(scheme))) for _ in range(3))
        assert scheme.compare(one, one) == 0
        assert scheme.compare(one, two) == -scheme.compare(two, one)
        assert (scheme.compare(one, two) == 0) == (scheme.key(one) == scheme.key(two))
        if scheme.compare(one, two) <= 0 and scheme.compare(two, three) <= 0:
            assert scheme.compare(one, three) <= 0

    @given(numbers=st.lists(st.integers(0, 10**12), min_size=3, max_size=3), at=st.integers(0, 2))
    @settings(max_examples=60)
    def test_a_larger_number_is_newer(self, scheme: Scheme, numbers: list[int], at: int) -> None:
        numbers[0] %= 90_000  # what Composer takes for no date
        larger = [number + (place == at) for place, number in enumerate(numbers)]
        assert scheme.compare(".".join(map(str, numbers)), ".".join(map(str, larger))) == -1

    def test_length_is_capped(self, scheme: Scheme) -> None:
        assert scheme.key("1" * 5 + "." + "9" * (limits.VERSION - 6))
        for text in ("1" * (limits.VERSION + 1), "", " ", "\n"):
            with pytest.raises(InvalidInput):
                scheme.key(text)

    def test_the_longest_versions_do_not_take_long(self, scheme: Scheme) -> None:
        """No regular expression goes astray; the suite's timeout would tell."""
        for unit in ("1.", "1-", "a1", "-", "1_p", "~", ".0", "rc", "1" * 7 + "-", "_alpha", "+a", "1.0-0."):
            for end in ("", "!", "\x00"):
                key_of(scheme, "1." + (unit * limits.VERSION)[: limits.VERSION - 4] + end)


def test_names_are_those_of_the_modules_and_sorted() -> None:
    names = [scheme.name for scheme in SCHEMES]
    assert names == sorted(set(names))
    assert all(scheme.key.__module__ == f"outrider.scan.versions.{scheme.name}" for scheme in SCHEMES)


@pytest.mark.parametrize(
    ("ecosystem", "name"),
    [
        ("Debian:12", "dpkg"),
        ("Ubuntu:22.04:LTS", "dpkg"),
        ("Alpine:v3.20", "apk"),
        ("Wolfi", "apk"),
        ("Chainguard", "apk"),
        ("Red Hat:enterprise_linux:9::baseos", "rpm"),
        ("Rocky Linux:9", "rpm"),
        ("AlmaLinux:8", "rpm"),
        ("Amazon Linux:2023", "rpm"),
        ("SUSE:Linux Enterprise Server 15 SP5", "rpm"),
        ("openSUSE:Leap 15.6", "rpm"),
        ("Mageia:9", "rpm"),
        ("PyPI", "pep440"),
        ("npm", "npm"),
        ("Maven", "maven"),
        ("Maven:https://repo.example/", "maven"),
        ("Go", "go"),
        ("crates.io", "semver"),
        ("RubyGems", "gem"),
        ("NuGet", "nuget"),
        ("Packagist", "composer"),
    ],
)
def test_ecosystems(ecosystem: str, name: str) -> None:
    scheme = scheme_of(ecosystem)
    assert scheme is not None
    assert scheme.name == name


def test_an_unknown_ecosystem_has_none() -> None:
    assert scheme_of("Plan 9") is None
    assert scheme_of("") is None
