"""Documents made to cost: each is refused, or read, in time that goes with its size."""

import json
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.language import json_lock, toml_lock, yaml_lock
from tests.unit.scan.inventory.language.samples import labels, read

SECONDS = 10
"""Quadratic time over these sizes takes minutes; the machine may have other work."""


def quick(call: Callable[[], object]) -> None:
    """It ends in time, with an answer or our own error."""
    start = time.process_time()
    with suppress(InvalidInput):
        call()
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        ".".join(["a"] * 200_000) + " = 1",
        ".".join(['"!"'] * 100_000) + " = 1",
        "[" + " . ".join(["a"] * 100_000) + "]",
        'x = {a = """b"""", ' + ".".join(['"!"'] * 100_000) + " = 1}",
        "x = " + "[" * 100_000,
        "x = " + "{a=" * 50_000,
        '"""' * 100_000,
        "x = '''" + "'' " * 100_000,
        'x = """' + '\\"""' * 100_000,
        "#" * 300_000,
        "x = " + "9" * 300_000,
    ],
)
def test_toml(text: str) -> None:
    quick(lambda: toml_lock.parse(text.encode(), "it"))


def test_toml_keys_of_three_parts_and_dots_in_strings_are_fine() -> None:
    text = f'a.b."c.d" = "{"x." * 100}"\nurl = \'{"y." * 100}\'\n# {"z." * 100}\nm = """\n{"a." * 99}"""'
    assert toml_lock.parse(text.encode(), "it")["a"] == {"b": {"c.d": "x." * 100}}


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: *a",
        "&k a: b",
        "a: *nowhere",
        "[" * 10_000,
        "- " * 10_000 + "x",
        "".join(f"{' ' * depth}a:\n" for depth in range(500)),
        "? [a]\n: b",
        "a: 'open",
        "[]",
        "text",
        "a: b\n\tc: d",
        "\x00",
    ],
)
def test_yaml_that_no_lock_file_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        yaml_lock.parse(text.encode(), "it")


def test_yaml_text_stays_text() -> None:
    assert yaml_lock.parse(b"a: 1.10\nb: [yes, null, 1e3]\nc: {d: ''}\n", "it") == {
        "a": "1.10",
        "b": ["yes", "null", "1e3"],
        "c": {"d": ""},
    }


def test_json_depth() -> None:
    fine = {"a": 1}
    for _ in range(limits.LOCK_DEPTH - 2):
        fine = {"a": fine}  # type: ignore[dict-item]
    json_lock.parse(json.dumps(fine), "it")
    with pytest.raises(InvalidInput, match="nested"):
        json_lock.parse(json.dumps({"a": {"a": fine}}), "it")
    for nested in ("[" * 1000 + "]" * 1000, "[" * 200_000):
        with pytest.raises(InvalidInput):
            json_lock.parse_any(nested, "it")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("python_requirements", "a==1" + " " * 300_000 + "x"),
        ("python_requirements", "a" + "." * 300_000),
        ("python_requirements", "a==1 " + "# " * 200_000),
        ("python_requirements", "\\\n" * 200_000),
        ("python_dist_info", "Name: a\nVersion: 1\nRequires-Dist: a" + ";" * 500_000),
        ("python_dist_info", "Name: a\nVersion: 1\nRequires-Dist: a;" + "extra " * 80_000),
        ("ruby_gemspec", '  s.name = "' + '\\"' * 200_000),
        ("ruby_gemspec", '  s.name = "a"\n' * 50_000),
        ("ruby_gemspec", "  s.licenses = [" * 50_000),
        ("gemfile_lock", "GEM\n  specs:\n" + "    a (1" + "(" * 200_000),
        ("gemfile_lock", "      a" + " (" * 200_000),
        ("bun_lock", '{"a": [' + "," * 300_000),
        ("bun_lock", '{"a": ' + ", " * 200_000 + "}"),
        ("bun_lock", "," + " " * 300_000),
        ("yarn_lock", '"' + "a, " * 100_000 + '":\n  version "1.0.0"'),
        ("pom_xml", "<project>" + "<a>" * 100_000),
        ("pom_xml", '<!DOCTYPE p [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><project>&b;</project>'),
        ("pom_xml", "<?xml version='1.0' encoding='cp65001'?><project/>"),
        ("go_mod", "require (" * 50_000),
        ("javascript_banner", "/*!" * 300_000),
        ("javascript_banner", "/*! " + "a" + "1" * 300_000),
        ("javascript_banner", "/*! " + "a " * 200_000 + "1.0"),
        ("javascript_banner", "/** " + " " * 300_000 + "@license"),
    ],
)
def test_it_ends_in_time(name: str, text: str) -> None:
    quick(lambda: read(name, text))


def test_a_pom_of_properties_within_properties_does_not_grow() -> None:
    rounds = "".join(f"<p{n}>${{p{n + 1}}}${{p{n + 1}}}</p{n}>" for n in range(30))
    wanted = "<dependency><groupId>g</groupId><artifactId>a</artifactId><version>${p0}</version></dependency>"
    pom = (
        f"<project><properties>{rounds}<p30>{'1' * 300}</p30></properties>"
        f"<dependencies>{wanted}</dependencies></project>"
    )
    assert labels(read("pom_xml", pom)) == []


def test_half_a_surrogate_pair_is_no_name() -> None:
    entry = '{"version": "1.0.0"}'
    lock = f'{{"packages": {{"node_modules/\\ud800": {entry}, "node_modules/a": {entry}}}}}'
    found = read("node_package_lock", lock)
    assert labels(found) == ["a@1.0.0"]
    assert found.problems == ("1 entries have a name or version that cannot be one.",)


def test_an_endless_list_is_cut_and_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LISTED_PACKAGES", 10)
    found = read("gradle_lockfile", "".join(f"g:a{n}:1.0=x\n" for n in range(12)))
    assert len(found.packages) == 10
    assert found.problems == ("It lists more than 10 packages; 2 are left out.",)
