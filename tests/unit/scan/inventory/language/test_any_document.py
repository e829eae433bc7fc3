"""Documents that are well formed and say anything at all: each extractor answers, or raises our own error."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import File
from outrider.scan.inventory.language.registry import LANGUAGE
from tests.unit.scan.inventory.language.samples import BY_NAME, read

_WORDS = """
packages package dependencies devDependencies optionalDependencies name version dev link license licenses
source groups category requires require resolved type libraries targets importers snapshots resolution _meta
default develop packages-dev dev-package-names node_modules/a node_modules/@a/b @a/b@1.0.0 a@1.0.0 /a/1.0.0
A/1.0 1.0.0 1.0 ==1.0 ^1 npm:b@1.0.0 file:../a link:b project editable optional-dependencies __metadata
"""
WORDS = st.sampled_from(_WORDS.split())
TEXT = WORDS | st.text(max_size=8)
VALUES = st.recursive(
    TEXT | st.booleans() | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(TEXT, VALUES, max_size=6)
JSON_NAMES = [
    "bun_lock", "composer_installed", "composer_lock", "dotnet_deps", "node_package", "node_package_lock",
    "nuget_lock", "pipfile_lock",
]  # fmt: skip
TOML_NAMES = ["cargo_lock", "pdm_lock", "poetry_lock", "pylock", "uv_lock"]
XML_NAMES = ["nuget_packages_config", "pom_xml"]
YAML_NAMES = ["pnpm_lock", "yarn_lock"]
LINE_NAMES = [
    "gemfile_lock", "go_mod", "gradle_lockfile", "javascript_banner", "python_dist_info", "python_egg_info",
    "python_requirements", "ruby_gemspec", "yarn_lock",
]  # fmt: skip


def toml(value: Any) -> str:
    """A value as TOML, inline; JSON's strings and numbers are TOML's."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return '""' if value is None else json.dumps(value)


def sound(name: str, data: str | bytes) -> None:
    """It answers, with packages that are complete, twice the same; or it raises our own error."""
    try:
        found = read(name, data, "app/node_modules/x/package.json")
    except InvalidInput:
        return
    assert found == read(name, data, "app/node_modules/x/package.json")
    for package in found.packages:
        assert package.name
        assert package.version
        assert list(package.dependencies) == sorted(set(package.dependencies))
    repr(found).encode()


@pytest.mark.parametrize("name", JSON_NAMES)
@settings(max_examples=20)
@given(document=DOCUMENTS)
def test_json(name: str, document: dict[str, Any]) -> None:
    sound(name, json.dumps(document))


@pytest.mark.parametrize("name", TOML_NAMES)
@settings(max_examples=20)
@given(document=DOCUMENTS, tables=st.lists(DOCUMENTS, max_size=4))
def test_toml(name: str, document: dict[str, Any], tables: list[dict[str, Any]]) -> None:
    key = "packages" if name == "pylock" else "package"
    lines = [f"{json.dumps(word)} = {toml(value)}" for word, value in document.items() if word != key]
    for table in tables:
        lines += [f"[[{key}]]", *(f"{json.dumps(word)} = {toml(value)}" for word, value in table.items())]
    sound(name, "\n".join(lines))


@pytest.mark.parametrize("name", YAML_NAMES)
@settings(max_examples=20)
@given(document=DOCUMENTS)
def test_yaml(name: str, document: dict[str, Any]) -> None:
    sound(
        name,
        "\n".join(("# x", *(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in document.items()))),
    )


PIECES = st.sampled_from(
    [
        *(
            "Name: ",
            "Version: ",
            "License: ",
            "1.0",
            "a",
            "Requires-Dist: ",
            "\n",
            "\n\n",
            "    ",
            "      ",
            "  ",
        ),
        *(
            "(",
            ")",
            "==",
            "[x]",
            ";",
            "# ",
            "GEM",
            "GIT",
            "specs:",
            ":",
            "=",
            "require ",
            "replace ",
            "=>",
            "\\",
        ),
        *(
            "go 1.21.0",
            "//",
            "/*! ",
            "*/",
            "jQuery v3.4.1",
            "s.name = ",
            "s.version = ",
            '"',
            "%q<",
            ">",
            "|",
        ),
        *(".freeze", "# stub: ", ",", "@", "npm:", "\t", "\u00e9"),
    ]
)


@pytest.mark.parametrize("name", LINE_NAMES)
@settings(max_examples=40)
@given(pieces=st.lists(PIECES, max_size=40), tail=st.binary(max_size=5))
def test_lines(name: str, pieces: list[str], tail: bytes) -> None:
    sound(name, "".join(pieces).encode() + tail)


_TAGS = (
    "parent groupId artifactId version properties dependencies dependency dependencyManagement scope package"
)
TAGS = _TAGS.split()
ELEMENTS = st.recursive(
    st.sampled_from(["", "1.0", "${a}", "${project.version}", "g", "<!-- c -->", "<?p i?>"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag} id='a' version='1.0'>{''.join(parts)}</{tag}>",
        st.sampled_from(TAGS),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("name", XML_NAMES)
@settings(max_examples=40)
@given(parts=st.lists(ELEMENTS, max_size=6))
def test_xml(name: str, parts: list[str]) -> None:
    sound(name, f"<project>{''.join(parts)}</project>")


@pytest.mark.parametrize("extractor", LANGUAGE, ids=lambda extractor: extractor.name)
@settings(max_examples=15)
@given(data=st.binary(max_size=300))
def test_bytes(extractor: Any, data: bytes) -> None:
    read_quietly: Callable[[File], object] = extractor.read
    with suppress(InvalidInput):
        read_quietly(File("app/file.jar", data))


def test_every_extractor_is_given_documents_of_its_kind() -> None:
    given_here = {*JSON_NAMES, *TOML_NAMES, *YAML_NAMES, *LINE_NAMES, *XML_NAMES, "java_archive"}
    assert given_here == {extractor.name for extractor in LANGUAGE}
    assert given_here <= BY_NAME.keys()
