"""Thousands of damaged documents for each parser of untrusted bytes: read, or refused with our error."""

import io
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.scan.advisories.formats.registry import FORMATS
from outrider.scan.image import tar
from outrider.scan.image import zip as zip_file
from outrider.scan.image.entry import Entry
from outrider.scan.image.notes import Notes
from outrider.scan.inventory.extractor import Extractor, File
from outrider.scan.inventory.registry import EXTRACTORS
from tests.contracts.test_extractors import fixture_files
from tests.unit.cli.scanning import artifacts

FEEDS = Path(__file__).parents[1] / "data" / "scan" / "feeds"
EXAMPLES = 3000
LONG = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)


def whole(entries: Iterable[Entry]) -> None:
    """Every entry to its end; content that is damaged is refused one file at a time."""
    for entry in entries:
        try:
            while entry.read(1 << 16):
                pass
        except InvalidInput:
            continue


SEEDS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "tar": (
        lambda data: whole(tar.entries(io.BytesIO(data).read, Notes())),
        artifacts.tar({**artifacts.BASE, **artifacts.APP, "n" * 300: b"x"}),
    ),
    "zip": (
        lambda data: whole(zip_file.entries(io.BytesIO(data), Notes())),
        artifacts.zipped({**artifacts.BASE, **artifacts.FUNCTION}),
    ),
}


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The document with a few of its bytes changed, gone, repeated or moved."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 2, 5, 30))):
        place = chance.randrange(len(found) + 1)
        match chance.randrange(5):
            case 0:
                found[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[place : place + chance.randrange(600)]
            case 2:
                found[place:place] = found[place : place + chance.randrange(600)]
            case 3:
                found[place : place + 4] = chance.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"))
            case _:
                del found[place:]
    return bytes(found)


@pytest.mark.long
@pytest.mark.parametrize("name", SEEDS)
def test_archives(name: str) -> None:
    read, seed = SEEDS[name]

    @settings(parent=LONG)
    @given(chance=st.randoms(use_true_random=False))
    def any_damage(chance: random.Random) -> None:
        try:
            read(damaged(seed, chance))
        except InvalidInput:
            return

    any_damage()


@pytest.mark.long
@pytest.mark.parametrize("extractor", EXTRACTORS, ids=lambda one: one.name)
def test_extractors(extractor: Extractor) -> None:
    """Fixtures of at most a few hundred KiB: larger ones would only be copied."""
    seeds = [(path, data) for path, data in fixture_files(extractor.name) if len(data) < 300_000]

    @settings(parent=LONG, max_examples=EXAMPLES // 3)
    @given(chance=st.randoms(use_true_random=False))
    def any_damage(chance: random.Random) -> None:
        path, data = chance.choice(seeds)
        try:
            extractor.read(File(path, damaged(data, chance)))
        except InvalidInput:
            return

    assert seeds
    any_damage()


FEED_FILES = sorted(path for path in FEEDS.rglob("*") if path.is_file() and path.suffix != ".pyc")


@pytest.mark.long
@pytest.mark.parametrize("path", FEED_FILES, ids=lambda path: str(path.relative_to(FEEDS)))
def test_advisories(path: Path) -> None:
    from tests.contracts.test_advisory_formats import quietly  # noqa: PLC0415 - it knows how a format is asked

    data = path.read_bytes()

    @settings(
        max_examples=EXAMPLES // 6, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(chance=st.randoms(use_true_random=False))
    def any_damage(chance: random.Random) -> None:
        changed = damaged(data, chance) or b"x"
        for known in FORMATS:
            quietly(known, path.name, changed)

    any_damage()
