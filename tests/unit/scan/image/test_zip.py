"""Zips: what the standard library writes is read back; what lies is our error with the entry's name."""

import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image import zip as zips
from outrider.scan.image.entry import Entry, EntryKind
from outrider.scan.image.notes import Notes
from tests.unit.scan.image.tars import content

part = st.text(
    st.characters(exclude_characters="/\0\\", exclude_categories=["Cs"]), min_size=1, max_size=20
).filter(lambda text: text not in {".", ".."})
path = st.lists(part, min_size=1, max_size=4).map("/".join)


def info(name: str, mode: int = 0o100644, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.create_system = 3
    made.external_attr = mode << 16
    made.compress_type = method
    return made


def made(*members: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for one, data in members:
            archive.writestr(one, data)
    return out.getvalue()


def listed(data: bytes, notes: Notes | None = None, prefix: str = "") -> list[Entry]:
    return list(zips.entries(io.BytesIO(data), notes or Notes(), prefix))


def read(data: bytes) -> dict[str, bytes]:
    return {entry.path: content(entry) for entry in zips.entries(io.BytesIO(data), Notes())}


@given(st.dictionaries(path, st.binary(max_size=3000) | st.just(b"a" * 300_000), max_size=6), st.booleans())
def test_reads_what_the_standard_library_wrote(files: dict[str, bytes], stored: bool) -> None:
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    data = made(*((info(name, method=method), body) for name, body in files.items()))
    assert read(b"#!/bin/sh\n" + data) == read(data) == files
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert read(data) == {name: archive.read(name) for name in archive.namelist()}


def test_modes_kinds_and_links() -> None:
    data = made(
        (info("bin/", 0o040755), b""),
        (info("bin/run", 0o104755), b"#!"),
        (info("lib", stat.S_IFLNK | 0o777), b"usr/lib"),
        (info("fifo", stat.S_IFIFO | 0o600), b"x"),
        (zipfile.ZipInfo("dos"), b""),
    )
    found = {entry.path: entry for entry in listed(data)}
    assert [(found[p].kind, found[p].mode) for p in ("bin", "bin/run", "lib", "fifo")] == [
        (EntryKind.DIRECTORY, 0o755),
        (EntryKind.FILE, 0o4755),
        (EntryKind.SYMLINK, 0o777),
        (EntryKind.OTHER, 0o600),
    ]
    assert found["lib"].link == "usr/lib"


def test_of_two_entries_with_one_name_the_last_counts() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = made((info("a"), b"first"), (info("b"), b""), (info("./a"), b"second"), (info("a"), b"third"))
    assert read(data) == {"b": b"", "a": b"third"}


def test_names_are_made_harmless() -> None:
    notes = Notes()
    found = listed(made((info("../../etc/x"), b""), (info("/abs"), b""), (info("/"), b"")), notes)
    assert [entry.path for entry in found] == ["etc/x", "abs"]
    assert "climbs" in notes.sentences()[0]


def test_names_stay_below_their_prefix() -> None:
    data = made((info("../python/x.py"), b""), (info("lib/y"), b""))
    assert [entry.path for entry in listed(data, prefix="opt")] == ["opt/python/x.py", "opt/lib/y"]


def test_names_that_are_not_utf_8() -> None:
    data = made((info("aXXb"), b"1")).replace(b"aXXb", b"a\xff\xe9b")
    assert read(data) == {"a\udcff\udce9b": b"1"}


@pytest.mark.parametrize(
    ("offset", "value", "word"),
    [
        (6, struct.pack("<H", 1), "disagree"),
        (8, struct.pack("<H", 99), "disagree"),
        (0, b"PK\0\0", "no header"),
        (30, b"other", "disagree about its name"),
    ],
)
def test_local_headers_that_disagree(offset: int, value: bytes, word: str) -> None:
    data = bytearray(made((info("name.txt"), b"content")))
    data[offset : offset + len(value)] = value
    (entry,) = listed(bytes(data))
    with pytest.raises(InvalidInput, match=word) as caught:
        entry.read(10)
    assert "/name.txt" in caught.value.message


@pytest.mark.parametrize(
    ("offset", "value", "word"),
    [
        (8, struct.pack("<H", 1), "encrypted"),
        (10, struct.pack("<H", 12), "method 12"),
        (16, b"\0\0\0\0", "CRC"),
        (24, struct.pack("<L", 1 << 20), "shorter"),
        (24, struct.pack("<L", 500), "CRC"),
    ],
)
def test_directory_that_lies(offset: int, value: bytes, word: str) -> None:
    data = bytearray(made((info("name.txt"), b"content" * 100)))
    at = data.index(b"PK\x01\x02") + offset
    data[at : at + len(value)] = value
    (entry,) = listed(bytes(data))
    with pytest.raises(InvalidInput, match=word) as caught:
        content(entry)
    assert "/name.txt" in caught.value.message


def test_overlapping_entries_are_a_bomb() -> None:
    data = bytearray(made((info("a"), b"x" * 1000), (info("b"), b"x" * 1000)))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<L", data, second + 42, 0)
    with pytest.raises(InvalidInput, match="overlaps"):
        listed(bytes(data))


def test_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made(*((info(f"f{n}"), bytes(100_000)) for n in range(20)))
    monkeypatch.setattr(limits, "ZIP_UNPACKED", 1_000_000)
    with pytest.raises(InvalidInput, match="more than 1000000 bytes"):
        read(data)
    monkeypatch.setattr(limits, "ZIP_ENTRIES", 19)
    with pytest.raises(InvalidInput, match="more than 19 entries"):
        read(data)
    monkeypatch.setattr(limits, "ZIP_DIRECTORY", 100)
    with pytest.raises(InvalidInput, match="directory has"):
        read(data)


def test_a_count_that_lies_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(made(*((info(f"f{n}"), b"") for n in range(20))))
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<2H", data, end + 8, 1, 1)
    monkeypatch.setattr(limits, "ZIP_ENTRIES", 19)
    with pytest.raises(InvalidInput, match="more than 19 entries"):
        read(bytes(data))


def test_a_large_zip_with_64_bit_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    data = made(*((info(f"f{n}"), b"x") for n in range(5)))
    assert b"PK\x06\x06" in data
    assert len(read(data)) == 5
    monkeypatch.setattr(limits, "ZIP_ENTRIES", 4)
    with pytest.raises(InvalidInput, match="more than 4 entries"):
        read(data)


@given(st.data())
def test_damage_is_our_error_or_other_entries(data: st.DataObject) -> None:
    whole = bytearray(
        made((info("a/b"), b"x" * 500), (info("l", 0o120777), b"a/b"), (info("c", method=0), b"y" * 50))
    )
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(whole)]) | st.integers(0, len(whole)))
    try:
        for entry in listed(bytes(whole[:cut])):
            assert ".." not in entry.path.split("/")
            assert len(content(entry)) == entry.size
    except InvalidInput as error:
        assert error.message
