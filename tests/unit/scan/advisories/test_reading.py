"""From files to documents to records: zips, compression, large JSON, YAML and XML, whole and damaged."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable, Iterator

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.advisories import yaml_document
from outrider.scan.advisories.json_stream import members
from outrider.scan.advisories.reading import Tally, read
from outrider.scan.advisories.record import Document
from outrider.scan.advisories.unpacking import documents
from outrider.scan.advisories.xml_records import records
from tests.unit.scan.advisories.building import staged

RECORD = {"id": "A-1", "modified": "2026-01-01", "affected": []}


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    for document in documents(name, io.BytesIO(data)):
        yield document.name, document.stream.read()


def tally(name: str, data: bytes) -> Tally:
    return read(documents(name, io.BytesIO(data)), staged([]), "digest")


@pytest.mark.parametrize(
    ("ending", "squeeze"),
    [
        ("", bytes),
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
        (".zst", zstandard.ZstdCompressor().compress),
    ],
)
def test_one_file_is_one_document_however_it_is_compressed(
    ending: str, squeeze: Callable[[bytes], bytes]
) -> None:
    data = squeeze(b"text\n" * 1000)
    assert list(opened(f"feed.csv{ending}", data)) == [("feed.csv", b"text\n" * 1000)]


def test_members_of_a_zip_come_by_name() -> None:
    data = zipped({"b.json": b"2", "a/c.json": b"1", "d/": b""})
    assert list(opened("all.zip", data)) == [("a/c.json", b"1"), ("b.json", b"2")]


@pytest.mark.parametrize(
    "data",
    [gzip.compress(b"x" * 9999, mtime=0)[:-20], b"PK\x03\x04nonsense", b"\x28\xb5\x2f\xfd123", b"BZh9123"],
)
def test_damaged_files_are_told_of(data: bytes) -> None:
    assert tally("feed.json", data).failed == 1


def test_a_member_that_is_damaged_leaves_the_others() -> None:
    data = bytearray(
        zipped({f"{n}.json": json.dumps({**RECORD, "id": f"A-{n}" * 50}).encode() for n in range(3)})
    )
    place = data.index(b"1.json") + 20
    data[place : place + 30] = bytes(30)
    found = tally("all.zip", bytes(data))
    assert (found.records.total(), found.failed) == (2, 1)
    assert [problem.subject for problem in found.problems] == ["1.json"]


def test_bombs_stop_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADVISORY_SOURCE", 1 << 20)
    data = zipped({f"{n}.json": b'{"id":"A","affected":[' + b" " * (1 << 19) for n in range(8)})
    assert tally("all.zip", data).failed >= 5
    monkeypatch.setattr(limits, "ADVISORY_DOCUMENTS", 3)
    with pytest.raises(InvalidInput, match="more than 3"):
        list(opened("all.zip", data))


def test_a_bad_record_is_told_of_and_the_rest_read() -> None:
    data = json.dumps([RECORD, {"modified": "", "affected": []}, {**RECORD, "id": "A-2"}]).encode()
    found = tally(
        "list.json", zipped({"list.json": data, "one.json": json.dumps(RECORD).encode(), "x.bin": b"?"})
    )
    assert found.failed == 1
    assert found.records["osv"] >= 2
    assert found.unknown == 1


def test_only_so_many_problems_are_named() -> None:
    found = tally("all.zip", zipped({f"{n}.json": b'{"id":1, "affected":[]}' for n in range(30)}))
    assert found.failed == 30
    assert len(found.problems) == limits.ADVISORY_PROBLEMS


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


class Dripping(io.BytesIO):
    """A stream that gives a byte at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1 if size else 0)


@given(st.dictionaries(st.text(max_size=9), VALUES, max_size=5), st.sampled_from([None, 1]), st.booleans())
def test_members_of_a_large_object_are_what_json_says(
    value: dict[str, object], indent: int, ascii_only: bool
) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    try:
        encoded = data.encode()
        json.loads(data).__repr__().encode()
    except UnicodeEncodeError:
        return
    assert dict(members(Dripping(encoded), "it")) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b'{"a"',
        b'{"a":',
        b'{"a":1',
        b'{"a":1,',
        b'{"a":1 "b"',
        b"{1:2}",
        b'{"a":NaN}',
        b'{"a":\xff}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":"\\ud800"}',
    ],
)
def test_large_objects_that_are_none(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        list(members(io.BytesIO(data), "it"))


def test_a_value_over_the_cap_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADVISORY_RECORD", 1 << 20)
    with pytest.raises(InvalidInput, match="more than"):
        list(members(io.BytesIO(b'{"a":"' + b"x" * (8 << 20) + b'"}'), "it"))


def test_yaml_is_text_and_nothing_else() -> None:
    assert yaml_document.parse(
        b"a: 1.10\nb: 2014-06-30\nc: yes\n*d*: '**e**'\n".replace(b"*d*", b"d"), "it"
    ) == {
        "a": "1.10",
        "b": "2014-06-30",
        "c": "yes",
        "d": "**e**",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"a: &x [1]\nb: *x\n",
        b"[" * 100_000,
        b"- " * 100_000,
        b"? " * 50_000,
        b"a: {" * 10_000,
        b"a: b: c",
        b"\xff",
        b"!!python/object:os.system x: [",
        "".join(f"{' ' * n}a:\n" for n in range(3000)).encode(),
    ],
)
def test_yaml_that_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        yaml_document.parse(data, "it")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<updates><update>",
        b"<updates>" + b"<a>" * 100_000,
        b"<updates>" + b"<a/>" * 200_000 + b"</updates>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><updates>&a;</updates>',
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><updates><update>&a;</update></updates>',
    ],
)
def test_xml_that_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        list(records(io.BytesIO(data), "update", "it"))


def test_an_xml_record_over_the_cap_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADVISORY_RECORD", 1 << 20)
    many = b"<updates>" + b"<update>x</update>" * 200_000 + b"</updates>"
    assert sum(1 for _ in records(io.BytesIO(many), "update", "it")) == 200_000
    with pytest.raises(InvalidInput, match="more than"):
        list(records(io.BytesIO(b"<updates><update>" + b"x" * (2 << 20)), "update", "it"))


def test_a_document_says_its_name_when_it_is_too_large() -> None:
    with pytest.raises(InvalidInput, match=r"big\.json"):
        Document("big.json", io.BytesIO(b"12345")).whole(4)
