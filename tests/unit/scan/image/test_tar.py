"""The tar reader on well-formed archives: the standard library is the oracle."""

import base64
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.scan.image.entry import EntryKind
from outrider.scan.image.notes import Notes
from tests.unit.scan.image.tars import END, header, made, member, pax, read, record

KINDS = {
    tarfile.REGTYPE: EntryKind.FILE,
    tarfile.DIRTYPE: EntryKind.DIRECTORY,
    tarfile.SYMTYPE: EntryKind.SYMLINK,
    tarfile.LNKTYPE: EntryKind.HARDLINK,
    tarfile.FIFOTYPE: EntryKind.OTHER,
    tarfile.CHRTYPE: EntryKind.OTHER,
    tarfile.BLKTYPE: EntryKind.OTHER,
}
part = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=30
).filter(lambda text: text not in {".", ".."})
path = st.lists(part, min_size=1, max_size=8).map("/".join)


@st.composite
def infos(draw: st.DrawFn) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(draw(path))
    info.type = draw(st.sampled_from(list(KINDS)))
    info.mode = draw(st.integers(0, 0o7777))
    info.uid, info.gid = draw(st.integers(0, 2**31 - 1)), draw(st.integers(0, 70_000))
    data = draw(st.binary(max_size=3000)) if info.type == tarfile.REGTYPE else b""
    info.size = len(data)
    if info.type in {tarfile.SYMTYPE, tarfile.LNKTYPE}:
        info.linkname = draw(path)
    return info, data


@given(
    st.lists(infos(), max_size=8),
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
    st.integers(0, 999),
)
def test_reads_what_the_standard_library_wrote(
    members: list[tuple[tarfile.TarInfo, bytes]], form: int, step: int
) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    found = read(out.getvalue(), step=step)
    assert [(e.path, e.kind, e.mode, e.uid, e.gid, e.link, e.size, content) for e, content in found] == [
        (info.name, KINDS[info.type], info.mode, info.uid, info.gid, info.linkname, info.size, data)
        for info, data in members
    ]


def test_real_programs_archives(tmp_path: Path) -> None:
    """GNU tar's own formats, with sparse files, long names and hard links."""
    tree = tmp_path / "tree"
    (tree / ("long" * 40) / ("name" * 30)).mkdir(parents=True)
    (tree / ("long" * 40) / ("name" * 30) / "file").write_bytes(b"x" * 1000)
    with (tree / "sparse").open("wb") as file:
        for at in range(0, 40 << 20, 1 << 20):
            file.seek(at)
            file.write(b"part %d" % at)
        file.truncate((40 << 20) + 777)
    (tree / "hard").hardlink_to(tree / "sparse")
    (tree / "soft").symlink_to("../" * 50 + "somewhere")
    expected = (tree / "sparse").read_bytes()
    for form in ("v7", "oldgnu", "gnu", "ustar", "posix"):
        source = tree
        if form in {"v7", "ustar"}:
            source = tmp_path / form
            source.mkdir()
            shutil.copy(tree / "sparse", source / "sparse")
        flags = ["--sparse"] if form in {"oldgnu", "gnu", "posix"} else []
        versions = [[]] if form != "posix" else [[f"--sparse-version={v}"] for v in ("0.0", "0.1", "1.0")]
        for version in versions:
            command = ["tar", f"--format={form}", *flags, *version, "-C", str(source), "-cf", "-", "."]
            data = subprocess.run(command, capture_output=True, check=True).stdout
            entries = {entry.path: (entry, content) for entry, content in read(data)}
            sparse = next(
                c for p, (e, c) in entries.items() if p in {"sparse", "hard"} and e.kind is EntryKind.FILE
            )
            assert sparse == expected, (form, version)
            if source is tree:
                assert entries["long" * 40 + "/" + "name" * 30 + "/file"][1] == b"x" * 1000
                assert entries["soft"][0].link == "../" * 50 + "somewhere"
                assert len(entries) == 6
                if flags:
                    assert len(data) < 2 << 20


def test_v7_has_no_prefix_and_directories_end_with_a_slash() -> None:
    old = header(b"usr/", kind=b"\0", at_257=bytes(8), at_345=b"junk")
    assert [(e.path, e.kind) for e, _ in read(old + END)] == [("usr", EntryKind.DIRECTORY)]


def test_ustar_prefix_and_star_prefix() -> None:
    assert read(header(b"b", at_345=b"a" * 155) + END)[0][0].path == "a" * 155 + "/b"
    star = header(b"b", at_345=b"a" * 131 + b"000000000000", at_508=b"tar\0")
    assert read(star + END)[0][0].path == "a" * 131 + "/b"


def test_base_256_numbers() -> None:
    large = header(
        b"f", at_108=b"\x80" + (1 << 40).to_bytes(7, "big"), size=b"\x80" + (3).to_bytes(11, "big")
    )
    ((entry, content),) = read(large + b"abc" + bytes(509) + END)
    assert (entry.uid, entry.size, content) == (1 << 40, 3, b"abc")


def test_capabilities_in_both_forms() -> None:
    value = b"\x01\0\0\2\0\x20\0\0\n=\0" + bytes(9)
    star = member(b"x", record(b"SCHILY.xattr.security.capability", value), kind=b"x") + header(b"ping")
    text = base64.b64encode(value).rstrip(b"=")
    other = member(b"x", record(b"LIBARCHIVE.xattr.security.capability", text), kind=b"x") + header(b"pong")
    assert [entry.capabilities for entry, _ in read(star + other + header(b"plain") + END)] == [
        value,
        value,
        b"",
    ]


def test_a_size_of_pax_counts_for_the_entry_only() -> None:
    """The confusion of CVE-2025-62518: a header of size 0 whose true size is in the extended header."""
    inner = header(b"smuggled")
    data = pax(size=b"%d" % len(inner)) + header(b"outer", size=0) + inner + header(b"last") + END
    assert [(entry.path, content) for entry, content in read(data)] == [("outer", inner), ("last", b"")]


def test_global_headers_say_nothing() -> None:
    data = member(b"g", record(b"path", b"elsewhere"), kind=b"g") + header(b"here") + END
    assert [entry.path for entry, _ in read(data)] == ["here"]


def test_links_have_no_content_whatever_their_size_says() -> None:
    data = header(b"link", kind=b"2", link=b"target", size=1000) + header(b"next") + END
    assert [entry.path for entry, _ in read(data)] == ["link", "next"]


def test_stops_at_two_blocks_of_zeros() -> None:
    assert [e.path for e, _ in read(header(b"a") + END + header(b"b"))] == ["a"]


def test_an_archive_may_end_without_them() -> None:
    assert [e.path for e, _ in read(header(b"a"))] == ["a"]
    assert read(b"") == []


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_content_that_nobody_reads_is_passed_over(taken: int) -> None:
    from outrider.scan.image import tar  # noqa: PLC0415

    paths = []
    for entry in tar.entries(io.BytesIO(made({"a": b"12345", "b": b"x" * 2000, "c": b""})).read, Notes()):
        paths.append(entry.path)
        entry.read(taken)
    assert paths == ["a", "b", "c"]
