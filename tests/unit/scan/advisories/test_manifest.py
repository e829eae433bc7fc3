"""Manifests: written the same each time, and believed in nothing when they are read."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.scan.advisories import manifest
from outrider.scan.advisories.manifest import Manifest, Shard, Source

SHA = "ab" * 32
SHARD = Shard(
    name="debian-12", sha256=SHA, size=4096, ecosystems=("Debian:12",), advisories=3, sources=(SHA,)
)
WHOLE = Manifest(
    built="2026-11-27T12:00:00Z",
    shards=(SHARD,),
    sources=(Source(name="x.zip", sha256=SHA, formats=("osv",)),),
)


def test_there_and_back() -> None:
    assert manifest.parse(manifest.write(WHOLE)) == WHOLE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "../../etc"),
        ("name", ""),
        ("sha256", "x" * 64),
        ("size", -1),
        ("size", 1 << 60),
        ("size", "1"),
        ("size", True),
        ("file", "../manifest.json"),
        ("file", "debian-12.0000000000000000.sqlite"),
        ("advisories", 1.5),
    ],
)
def test_shards_that_are_none(field: str, value: object) -> None:
    root = json.loads(manifest.write(WHOLE))
    root["shards"][0][field] = value
    with pytest.raises(InvalidInput):
        manifest.parse(json.dumps(root).encode())


@pytest.mark.parametrize("change", [{"format": 2}, {"built": "yesterday"}, {"built": 5}])
def test_manifests_that_are_none(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        manifest.parse(json.dumps({**json.loads(manifest.write(WHOLE)), **change}).encode())


def test_a_shard_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="twice"):
        manifest.parse(manifest.write(replace(WHOLE, shards=(SHARD, SHARD))))


def test_the_age_is_that_of_the_oldest_feed_of_packages() -> None:
    old = replace(SHARD, name="debian-11", as_of="2026-11-01T00:00:00Z")
    new = replace(SHARD, as_of="2026-11-26")
    exploited = replace(SHARD, name="cve", ecosystems=(), as_of="2020-01-01")
    assert WHOLE.as_of() == WHOLE.built
    assert replace(WHOLE, shards=(new, old, exploited)).as_of() == "2026-11-01T00:00:00Z"
    assert replace(WHOLE, shards=(replace(SHARD, as_of="2030-01-01"),)).as_of() == WHOLE.built


@given(st.binary(max_size=300))
def test_anything_else_is_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        manifest.parse(data)
