"""What every feed format promises, asked of each by the same test. Documents: tests/data/scan/feeds/NAME/."""

import io
import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.scan.advisories.formats.registry import FORMATS, by_name, recognised
from outrider.scan.advisories.record import Document, Format, Problem, Record

ROOT = Path(__file__).parents[2]
FEEDS = ROOT / "tests" / "data" / "scan" / "feeds"
RECORDS = ROOT / "tests" / "data" / "scan" / "feed_records"
ROOM = ROOT / "outrider" / "scan" / "advisories" / "formats"


def documents(known: Format) -> list[tuple[str, bytes]]:
    """Every document of a format's fixture, under its name within the feed."""
    root = FEEDS / known.name
    paths = (path for path in sorted(root.rglob("*")) if path.is_file())
    return [(str(path.relative_to(root)), path.read_bytes()) for path in paths]


def records(known: Format, name: str, data: bytes) -> list[Record]:
    return list(known.read(Document(name, io.BytesIO(data))))


def plain(record: Record) -> dict[str, Any]:
    """As JSON has it, empty fields left out."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(inner) for key, inner in value.items() if inner not in ("", (), [], None)}
        return [bare(item) for item in value] if isinstance(value, list | tuple) else value

    return {"record": type(record).__name__, **bare(asdict(record))}


def expected_of(known: Format) -> dict[str, Any]:
    return {name: [plain(record) for record in records(known, name, data)] for name, data in documents(known)}


def quietly(known: Format, name: str, data: bytes) -> list[Record] | None:
    """What it says of damaged bytes: anything, or our own error. Everything else is a fault of the format."""
    try:
        return records(known, name, data)
    except InvalidInput:
        return None


CASES = [
    pytest.param(known, name, data, id=f"{known.name}:{name}")
    for known in FORMATS
    for name, data in documents(known)
]


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
class TestEach:
    def test_it_reads_its_documents(self, known: Format) -> None:
        expected = json.loads((RECORDS / f"{known.name}.json").read_text())
        assert json.loads(json.dumps(expected_of(known))) == expected

    def test_it_is_found_by_its_name_which_is_that_of_its_module(self, known: Format) -> None:
        assert by_name(known.name) is known
        assert (ROOM / f"{known.name.replace('-', '_')}.py").is_file()
        assert known.version > 0

    def test_something_comes_of_its_documents(self, known: Format) -> None:
        assert any(
            not isinstance(r, Problem) for name, data in documents(known) for r in records(known, name, data)
        )


@pytest.mark.parametrize(("known", "name", "data"), CASES)
class TestDocuments:
    def test_it_is_recognised_by_this_format_alone(self, known: Format, name: str, data: bytes) -> None:
        assert recognised(name, data[:4096]) is known
        others = [
            other.name for other in FORMATS if other.recognises(name, data[:4096]) and other is not known
        ]
        assert [name for name in others if name != "osv"] == []

    def test_the_same_bytes_give_the_same_records(self, known: Format, name: str, data: bytes) -> None:
        assert records(known, name, data) == records(known, name, data)

    def test_cut_short(self, known: Format, name: str, data: bytes) -> None:
        for end in range(0, len(data), max(1, len(data) // 50)):
            quietly(known, name, data[:end])

    def test_nonsense(self, known: Format, name: str, data: bytes) -> None:
        chance = random.Random(0)  # noqa: S311 - repeatable damage, not a secret
        for size in (0, 1, 7, 4096):
            quietly(known, name, chance.randbytes(size))
        for deep in (b"[" * 50_000, b'{"a":' * 20_000, b"<updates>" * 5_000, b"- " * 5_000, b"a: [" * 2_000):
            quietly(known, name, deep)

    @settings(max_examples=40, deadline=None)
    @given(chance=st.randoms(use_true_random=False))
    def test_bytes_changed(self, known: Format, name: str, data: bytes, chance: random.Random) -> None:
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            place = chance.randrange(len(damaged))
            match chance.randrange(3):
                case 0:
                    damaged[place] = chance.randrange(256)
                case 1:
                    del damaged[place : place + chance.randrange(40)]
                case _:
                    damaged[place:place] = chance.choice(
                        (b'"', b"{}", b"[", b"\0", b"&a *a", b"\xff", b"9" * 5000)
                    )
            damaged = damaged or bytearray(b"x")
        quietly(known, name, bytes(damaged))

    @settings(max_examples=60, deadline=None)
    @given(
        chance=st.randoms(use_true_random=False),
        junk=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
    def test_a_value_of_another_type(
        self, known: Format, name: str, data: bytes, chance: random.Random, junk: Any
    ) -> None:
        """Well-formed documents of which one part is anything at all: hard for code that reads fields."""
        if not name.endswith(".json"):
            return
        value = json.loads(data)
        place: Any = value
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = chance.choice(keys)
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner or chance.random() < 0.2:
                place[key] = junk
                break
            place = inner
        quietly(known, name, json.dumps(value).encode("utf-8", "surrogatepass"))


def test_no_module_was_forgotten() -> None:
    """A module that has a FORMAT is in the registry."""
    named = {path.stem for path in ROOM.glob("*.py") if "\nFORMAT = " in path.read_text()}
    assert named == {known.name.replace("-", "_") for known in FORMATS}
