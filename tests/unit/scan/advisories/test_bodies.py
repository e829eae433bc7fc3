"""Bodies: what goes in comes out, and nothing else comes out."""

import zlib
from contextlib import suppress
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories import bodies

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
RANGES = st.builds(Range, *(TEXT for _ in fields(Range)))
AFFECTED = st.builds(
    Affected,
    ecosystem=TEXT.filter(bool),
    name=TEXT.filter(bool),
    ranges=st.lists(RANGES, max_size=3).map(tuple),
    versions=st.lists(TEXT, max_size=3).map(tuple),
    severity=TEXT,
)
ADVISORIES = st.builds(
    Advisory,
    id=TEXT.filter(bool),
    feed=TEXT.filter(bool),
    aliases=st.lists(TEXT, max_size=3).map(tuple),
    details=TEXT,
    affected=st.lists(AFFECTED, max_size=3).map(tuple),
)


@given(ADVISORIES)
def test_there_and_back(advisory: Advisory) -> None:
    assert bodies.unpacked(bodies.packed(bodies.plain(advisory)), "it") == advisory


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused_or_read(data: bytes) -> None:
    for reader in (bodies.unpacked, bodies.parse):
        with suppress(InvalidInput):
            reader(data, "it")


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"id":1,"feed":"x"}',
        b'{"id":"a","feed":"b","more":"c"}',
        b'{"id":"a","feed":"b","aliases":"c"}',
        b'{"id":"a","feed":"b","aliases":[1]}',
        b'{"id":"a","feed":"b","affected":[{"name":"x"}]}',
    ],
)
def test_another_form_is_damage(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="it is damaged"):
        bodies.parse(body, "it")


def test_a_bomb_goes_off_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADVISORY_BODY", 1 << 20)
    squeezer = zlib.compressobj(9)
    bomb = squeezer.compress(b" " * (64 << 20)) + squeezer.flush()
    with pytest.raises(InvalidInput, match="larger"):
        bodies.unpacked(bomb, "it")
