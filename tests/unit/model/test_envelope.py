"""Envelopes: what is written is read again, and nothing else is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.envelope import (
    Envelope,
    Subject,
    SubjectKind,
    Topic,
    detail_type,
    dump,
    identity,
    load,
    read,
)

ONE = Envelope(
    topic=Topic.FINDING,
    id=identity(Topic.FINDING, "111122223333", "CVE-2024-1"),
    time="2026-11-28T01:02:03Z",
    account="111122223333",
    region="eu-central-1",
    program="scanner",
    subject=Subject(kind=SubjectKind.IMAGE, id="r/app@sha256:00", name="app", digest="sha256:00"),
    detail={"severity": "high"},
)


def test_what_is_written_is_read_again() -> None:
    assert load(json.dumps(dump(ONE))) == ONE


def test_unknown_fields_are_left_out() -> None:
    assert read(dump(ONE) | {"new": 1}) == ONE


def test_identity_tells_parts_apart() -> None:
    assert identity(Topic.SCAN, "a", "b") != identity(Topic.SCAN, "ab")
    assert identity(Topic.SCAN, "a") != identity(Topic.FINDING, "a")
    assert detail_type(Topic.SCAN) == "Outrider Scan"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", 2),
        ("topic", "rumour"),
        ("id", "x"),
        ("time", "yesterday"),
        ("account", 111122223333),
        ("region", "moon"),
        ("program", "Scanner!"),
        ("subject", None),
        ("subject", {"kind": "image", "id": ""}),
        ("subject", {"kind": "ship", "id": "x"}),
        ("subject", {"kind": "image", "id": "x" * (limits.ENVELOPE_WORD + 1)}),
        ("detail", []),
    ],
)
def test_a_wrong_field_is_named(name: str, value: Any) -> None:
    with pytest.raises(InvalidInput):
        read(dump(ONE) | {name: value})


def test_a_huge_one_is_refused_unparsed() -> None:
    with pytest.raises(InvalidInput, match="at most"):
        load("[" * (limits.ENVELOPE + 1))


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_anything_else_is_refused_with_our_own_error(anything: Any) -> None:
    with pytest.raises(InvalidInput):
        read(anything)


@given(st.binary(max_size=200))
def test_bytes_are_an_envelope_or_our_own_error(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        load(data)
