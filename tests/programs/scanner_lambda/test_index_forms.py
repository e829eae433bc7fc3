"""The index's bytes are untrusted: what we wrote comes back, anything else is refused by an error of ours."""

import json
from array import array
from dataclasses import replace

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from scanner_lambda import caps, index, postings, segments

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
COORDINATES = st.lists(st.tuples(st.sampled_from(["pypi", "debian-12"]), WORDS, WORDS), max_size=8)
LISTS = st.frozensets(st.integers(0, 99), min_size=1, max_size=9).map(lambda some: array("I", sorted(some)))
PARTITIONS = st.dictionaries(
    st.tuples(st.sampled_from(["pypi", "npm"]), WORDS), st.dictionaries(WORDS, LISTS, min_size=1), max_size=5
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)


def squeezed(value: object) -> bytes:
    return zstandard.ZstdCompressor().compress(json.dumps(value).encode())


@given(st.integers(0, segments.LATEST), COORDINATES)
def test_a_segment_comes_back(at: int, coordinates: list[tuple[str, str, str]]) -> None:
    one = segments.segment("image:sha256:a", at, coordinates)
    assert segments.parse(segments.write(one)) == one
    assert segments.name(one) == segments.name(segments.segment("image:sha256:a", at, coordinates[::-1]))


@given(PARTITIONS)
def test_a_partition_comes_back(partition: postings.Partition) -> None:
    data = postings.write(partition)
    assert postings.parse(data, 100) == partition
    chosen = list(partition)[:1]
    assert postings.parse(data, 100, chosen) == {key: partition[key] for key in chosen}


@given(PARTITIONS.filter(bool))
def test_a_posting_of_no_artifact_is_refused(partition: postings.Partition) -> None:
    most = max(one for versions in partition.values() for some in versions.values() for one in some)
    with pytest.raises(InvalidInput):
        postings.parse(postings.write(partition), most)


@given(st.binary() | JSON.map(squeezed) | st.binary().map(zstandard.ZstdCompressor().compress))
def test_other_bytes_are_refused(data: bytes) -> None:
    for parse in (segments.parse, lambda some: postings.parse(some, 100), index.parse_table):
        with pytest.raises(InvalidInput):
            parse(data)


@given(
    st.fixed_dictionaries({"format": st.just(1), "artifact": JSON | st.just("a"), "at": JSON | st.just(1)}),
    JSON | st.just({"pypi": {"a": ["1", 1]}}),
)
def test_a_segment_of_odd_values_is_refused_or_read(value: dict[str, object], packages: object) -> None:
    try:
        found = segments.parse(squeezed(value | {"packages": packages}))
    except InvalidInput:
        return
    assert segments.parse(segments.write(found)) == found


@given(JSON, st.binary(max_size=40))
def test_a_partition_of_odd_values_is_refused_or_read(names: object, tail: bytes) -> None:
    header = json.dumps([1, names]).encode()
    data = zstandard.ZstdCompressor().compress(len(header).to_bytes(4, "little") + header + tail)
    try:
        found = postings.parse(data, 100)
    except InvalidInput:
        return
    assert postings.parse(postings.write(found), 100) == {key: some for key, some in found.items() if some}


@given(st.lists(JSON | st.just(["a", 1, "0" * 32]), max_size=3))
def test_a_table_of_odd_rows_is_refused_or_read(rows: list[object]) -> None:
    try:
        found = index.parse_table(squeezed([1, rows]))
    except InvalidInput:
        return
    assert index.parse_table(index.write_table(found)) == found


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_other_heads_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        index.parse_head(data, index.head_key(1))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps, "INDEX_SEGMENT", 1000)
    with pytest.raises(InvalidInput, match="more than 1000 bytes"):
        segments.parse(zstandard.ZstdCompressor().compress(bytes(100_000)))


def test_an_id_that_cannot_be_one() -> None:
    for artifact in ("", "a\nb", "a" * 600):
        with pytest.raises(InvalidInput):
            segments.segment(artifact, 0, [])


def test_coordinates_are_read_once_and_in_one_form_only() -> None:
    both = ("npm", "a", "1"), ("npm", "b", "2")
    one, other = segments.segment("image:x", 1, both), segments.segment("image:y", 1, both[1:])
    lexicon = segments.Lexicon()
    first, second = lexicon.read(one), lexicon.read(segments.parse(segments.write(other)))
    assert [lexicon.coordinates[number] for number in first] == list(both)
    assert list(second) == [first[1]] and len(lexicon.coordinates) == 2
    spaced, escaped, two = b'["npm", "a","1"]', b'["npm","\\u0061","1"]', b'["npm","a","1"],["npm","b","1"]'
    for line in (spaced, escaped, two, b'["npm","a"]', b"{}", b""):
        with pytest.raises(InvalidInput):
            lexicon.read(replace(one, lines=(line,)))
    assert len(lexicon.coordinates) == 2


def test_lines_that_do_not_ascend_are_no_segment() -> None:
    one = segments.segment("image:x", 1, [("npm", "a", "1"), ("npm", "b", "2")])
    for lines in (one.lines[::-1], one.lines[:1] * 2):
        with pytest.raises(InvalidInput):
            segments.parse(segments.write(replace(one, lines=lines)))
