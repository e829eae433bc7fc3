"""The tar reader on archives that lie: our error with the entry's name, in bounded time and memory."""

import contextlib
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image import tar
from outrider.scan.image.entry import EntryKind
from outrider.scan.image.notes import Notes
from tests.unit.scan.image.tars import END, Pieces, header, made, many, member, pax, read, record


def refused(data: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "path", "told"),
    [
        (b"/etc/passwd", "etc/passwd", False),
        (b"../../etc/passwd", "etc/passwd", True),
        (b"a/../../b", "b", True),
        (b"./a//b/./c/", "a/b/c", False),
        (b".hidden/..data/x", ".hidden/..data/x", False),
        (b"bad\xff\xfename", "bad\udcff\udcfename", False),
    ],
)
def test_names_are_made_harmless(name: bytes, path: str, told: bool) -> None:
    notes = Notes()
    ((entry, _),) = read(header(name) + END, notes)
    assert entry.path == path
    assert bool(notes.sentences()) == told


@pytest.mark.parametrize("name", [b"/", b".", b"..", b"../..", b"./"])
def test_a_file_in_the_place_of_the_root_is_refused(name: bytes) -> None:
    notes = Notes()
    assert read(header(name) + END, notes) == []
    assert "root" in notes.sentences()[0]
    assert read(header(name, kind=b"5") + END) == []


def test_a_link_is_normalised_as_the_path_it_means() -> None:
    ((entry, _),) = read(header(b"x", kind=b"1", link=b"/../a/./b") + END)
    assert (entry.kind, entry.link) == (EntryKind.HARDLINK, "a/b")


@pytest.mark.parametrize("kind", [b"3", b"4", b"6", b"V", b"M", b"D", b"Z", b"\xff"])
def test_devices_and_the_unknown_are_never_files(kind: bytes) -> None:
    ((entry, content),) = read(header(b"dev/sda", kind=kind) + END)
    assert (entry.kind, content) == (EntryKind.OTHER, b"")


def test_a_name_too_long_is_left_out_and_told() -> None:
    notes = Notes()
    assert [e.path for e, _ in read(pax(path=b"x" * 5000) + header(b"x") + header(b"y") + END, notes)] == [
        "y"
    ]
    assert "longer than" in notes.sentences()[0]


def test_remarks_are_capped() -> None:
    notes = Notes()
    read(header(b"../x") * 1000 + END, notes)
    assert len(notes.sentences()) == limits.ARCHIVE_NOTES + 1
    assert notes.sentences()[-1] == "and 800 more of this kind"


def test_cut_short_names_the_entry() -> None:
    data = made({"first": b"1", "usr/bin/second": b"2" * 5000})
    assert "/usr/bin/second" in refused(data[: 512 * 5])
    assert "/first" in refused(data[: 512 * 2 + 100])
    assert "beginning" in refused(data[:100])


def test_a_size_larger_than_the_archive_names_the_entry() -> None:
    assert "/big" in refused(header(b"big", size=1 << 33) + END)
    assert "/big" in refused(header(b"big", size=b"\x80" + (1 << 80).to_bytes(11, "big")) + END)


@pytest.mark.parametrize(
    "data",
    [
        header(b"a")[:148] + b"0000000\0" + header(b"a")[156:],
        header(b"a", size=b"0o7        \0"),
        header(b"a", size=b"1_0        \0"),
        header(b"a", size=b"-1         \0"),
        header(b"a", size=b"99999999999\0"),
        header(b"a", size=b"\xff" * 12),
        header(b"a") + bytes(512) + header(b"b"),
        b"\x89PNG" + bytes(1000),
        b"x" * 512,
        pax(size=b"-5") + header(b"a"),
        pax(size=b"9" * 30) + header(b"a"),
        pax(path=b"a\0b") + header(b"a"),
        member(b"x", b"12 path=x", kind=b"x"),
        member(b"x", b"9999999 path=x\n", kind=b"x"),
        member(b"x", b"0 path=x\n", kind=b"x"),
        member(b"x", b"-3 path=x\n", kind=b"x"),
        header(b"x", kind=b"x", size=1 << 30),
        header(b"x", kind=b"L", size=1 << 40),
        header(b"x", kind=b"g", size=1 << 40),
        header(b"x", kind=b"S"),
        member(b"x", record(b"LIBARCHIVE.xattr.security.capability", b"%%%"), kind=b"x") + header(b"a"),
    ],
)
def test_damage_is_our_error(data: bytes) -> None:
    assert "archive" in refused(data)


def sparse(*parts: int, size: int, stored: int = 0) -> bytes:
    listed = b",".join(b"%d" % part for part in parts)
    head = pax(
        GNU__sparse__major=b"0",
        GNU__sparse__minor=b"1",
        GNU__sparse__map=listed,
        GNU__sparse__size=b"%d" % size,
    )
    return head + header(b"holes", size=stored) + bytes(-(-stored // 512) * 512) + END


@pytest.mark.parametrize(
    "data",
    [
        sparse(0, 10, 5, 10, size=30, stored=20),
        sparse(0, 10, size=5, stored=10),
        sparse(0, 10, size=20, stored=11),
        sparse(0, 10, 4, size=20, stored=10),
        pax(GNU__sparse__major=b"1", GNU__sparse__minor=b"0") + member(b"a", b"9" * 1000) + END,
        pax(GNU__sparse__major=b"1", GNU__sparse__minor=b"0") + member(b"a", b"99999999\n") + END,
        pax(GNU__sparse__major=b"1", GNU__sparse__minor=b"0") + member(b"a", b"2\n0\n") + END,
    ],
)
def test_lying_maps_of_sparse_files_are_our_error(data: bytes) -> None:
    refused(data)


def test_holes_are_zeros_until_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    ((_, content),) = read(sparse(100, 10, size=1000, stored=10))
    assert content == bytes(1000)
    monkeypatch.setattr(limits, "TAR_HOLES", 1 << 20)
    assert "holes" in refused(sparse(0, 0, size=1 << 60))
    paths = [entry.path for entry in tar.entries(io.BytesIO(sparse(0, 0, size=1 << 60)).read, Notes())]
    assert paths == ["holes"]


def test_entries_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TAR_ENTRIES", 10)
    assert "more than 10 entries" in refused(header(b"x") * 11)


def test_memory_does_not_grow_with_the_archive() -> None:
    tracemalloc.start()
    count = sum(1 for _ in tar.entries(Pieces(many(20_000)).read, Notes()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 8 << 20


@given(st.binary(max_size=4000))
def test_nonsense_is_our_error_or_nothing(data: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        read(data)


@given(st.data())
def test_a_damaged_archive_is_our_error_or_other_entries(data: st.DataObject) -> None:
    whole = bytearray(
        made({"usr": None, "usr/a": b"x" * 700, "ä" * 200: b"y", "l": "-> ../x", "h": "=> usr/a"})
        + sparse(0, 512, 1024, 512, size=4096, stored=1024)
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    try:
        for entry, content in read(bytes(whole[:cut])):
            assert not entry.path.startswith("/")
            assert ".." not in entry.path.split("/")
            assert len(content) == entry.size
    except InvalidInput:
        pass
