"""What every extractor promises, asked of each by the same test. Fixtures:
tests/data/scan/extractors/NAME/."""

import json
import random
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import Extractor, File, Found
from outrider.scan.inventory.language.registry import LANGUAGE
from outrider.scan.inventory.operating_system.registry import OPERATING_SYSTEM
from outrider.scan.inventory.program.registry import PROGRAM
from outrider.scan.inventory.registry import EXTRACTORS

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "data" / "scan" / "extractors"
ROOM = ROOT / "outrider" / "scan" / "inventory"
NOT_EXTRACTORS = {"__init__", "registry", "extractor"}


def fixture_files(name: str) -> list[tuple[str, bytes]]:
    """Every file of an extractor's fixture, under the path it has in an artifact. `root/` holds them."""
    root = FIXTURES / name / "root"
    return [
        (str(path.relative_to(root)), path.read_bytes()) for path in sorted(root.rglob("*")) if path.is_file()
    ]


def plain(found: Found) -> dict[str, Any]:
    """As JSON has it, defaults left out."""
    text = json.loads(json.dumps(asdict(found)))
    text["packages"] = [
        {k: v for k, v in package.items() if v not in ("", [], False, -1)} for package in text["packages"]
    ]
    return {key: value for key, value in text.items() if value}


def cases() -> list[Any]:
    return [
        pytest.param(extractor, path, data, id=f"{extractor.name}:{path}")
        for extractor in EXTRACTORS
        for path, data in fixture_files(extractor.name)
    ]


def quietly(extractor: Extractor, path: str, data: bytes) -> Found | None:
    """What it says of damaged bytes: anything, or our own error. Everything else is a fault of the
    extractor."""
    try:
        return extractor.read(File(path, data))
    except InvalidInput:
        return None


def test_names_are_unique_and_sorted_within_their_registry() -> None:
    names = [extractor.name for extractor in EXTRACTORS]
    assert len(set(names)) == len(names)
    for registry in (OPERATING_SYSTEM, LANGUAGE, PROGRAM):
        assert [one.name for one in registry] == sorted(one.name for one in registry)


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda extractor: extractor.name)
class TestEach:
    def test_it_has_a_fixture_and_says_what_is_expected(self, extractor: Extractor) -> None:
        assert fixture_files(extractor.name)
        assert (FIXTURES / extractor.name / "expected.json").is_file()

    def test_it_finds_what_its_fixture_holds(self, extractor: Extractor) -> None:
        expected = json.loads((FIXTURES / extractor.name / "expected.json").read_text())
        found = {
            path: plain(extractor.read(File(path, data))) for path, data in fixture_files(extractor.name)
        }
        assert found == expected

    def test_it_wants_something_and_takes_its_fixture(self, extractor: Extractor) -> None:
        wants = extractor.wants
        assert wants.paths or wants.folders or wants.names or wants.endings or wants.programs
        assert all(re.fullmatch(r"\.[^.A-Z/]+", ending) for ending in wants.endings)
        assert not any(path.startswith("/") or path.endswith("/") for path in wants.paths | wants.folders)
        for path, data in fixture_files(extractor.name):
            folder, _, base = path.rpartition("/")
            named = (
                path in wants.paths
                or folder in wants.folders
                or base in wants.names
                or any(base.lower().endswith(ending) for ending in wants.endings)
                or (wants.programs and data.startswith(b"\x7fELF"))
            )
            assert named, path
            assert wants.pattern is None or wants.pattern.search(path), path
            assert len(data) <= extractor.limit

    def test_nothing_at_all_is_survived(self, extractor: Extractor) -> None:
        for path, _ in fixture_files(extractor.name):
            quietly(extractor, path, b"")

    def test_packages_are_complete(self, extractor: Extractor) -> None:
        for path, data in fixture_files(extractor.name):
            for package in extractor.read(File(path, data)).packages:
                assert package.name
                assert package.version
                assert package.type
                assert package.path.startswith(f"/{path}")
                assert package.layer == -1
                assert list(package.dependencies) == sorted(set(package.dependencies))
                assert list(package.qualifiers) == sorted(package.qualifiers)

    def test_owned_files_have_absolute_paths(self, extractor: Extractor) -> None:
        for path, data in fixture_files(extractor.name):
            for owned in extractor.read(File(path, data)).owned:
                assert owned.package
                assert owned.paths
                assert all(one.startswith("/") for one in owned.paths)


@pytest.mark.parametrize(("extractor", "path", "data"), cases())
class TestDamage:
    def test_the_same_bytes_give_the_same_answer(self, extractor: Extractor, path: str, data: bytes) -> None:
        assert extractor.read(File(path, data)) == extractor.read(File(path, data))

    def test_cut_short(self, extractor: Extractor, path: str, data: bytes) -> None:
        step = max(1, len(data) // 60)
        for end in range(0, len(data), step):
            quietly(extractor, path, data[:end])

    def test_bytes_changed(self, extractor: Extractor, path: str, data: bytes) -> None:
        chance = random.Random(0)  # noqa: S311 - repeatable damage, not a secret
        for _ in range(60):
            damaged = bytearray(data)
            for _ in range(chance.choice((1, 3, 20))):
                if damaged:
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            quietly(extractor, path, bytes(damaged))

    def test_nonsense(self, extractor: Extractor, path: str, data: bytes) -> None:
        chance = random.Random(1)  # noqa: S311
        for size in (1, 7, 64, 4096):
            quietly(extractor, path, chance.randbytes(size))
        for nested in (
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b"<a>" * 10_000,
            b"\xff\xfe\x00" * 100,
            b"\n" * 10_000,
        ):
            quietly(extractor, path, nested)


def test_no_module_was_forgotten() -> None:
    """A module that has an EXTRACTOR is listed in a registry."""
    named = {
        path.stem
        for path in ROOM.rglob("*.py")
        if path.stem not in NOT_EXTRACTORS and "\nEXTRACTOR" in path.read_text()
    }
    assert named == {extractor.name for extractor in EXTRACTORS}
