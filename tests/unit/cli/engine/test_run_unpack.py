import io
import os
import stat
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest

from outrider import limits
from outrider.cli.engine.unpack import unpack
from outrider.errors import InvalidInput

Entry = tuple[str, bytes, bytes | str]
"""(name, type, content or link)."""


def layer(path: Path, *entries: Entry, mode: int = 0o755) -> Path:
    """A layer with these entries."""
    with tarfile.open(path, "w") as archive:
        for name, kind, content in entries:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.uid, info.gid = kind, mode, os.getuid(), os.getgid()
            data = content if isinstance(content, bytes) else b""
            info.linkname = content if isinstance(content, str) else ""
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


FILE, DIR, SYM, LINK, CHR, FIFO = (
    tarfile.REGTYPE,
    tarfile.DIRTYPE,
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.CHRTYPE,
    tarfile.FIFOTYPE,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = tmp_path / "root"
    found.mkdir()
    return found


def test_layers_lie_on_top_of_each_other(tmp_path: Path, root: Path) -> None:
    first = layer(
        tmp_path / "1",
        ("etc", DIR, b""),
        ("etc/a", FILE, b"old"),
        ("etc/gone", FILE, b"x"),
        ("opaque/inner", FILE, b"x"),
        ("bin/sh", SYM, "busybox"),
        ("./etc/hard", LINK, "etc/a"),
        ("pipe", FIFO, b""),
        ("dev/null", CHR, b""),
    )
    second = layer(
        tmp_path / "2",
        ("etc/a", FILE, b"new"),
        ("etc/.wh.gone", FILE, b""),
        ("opaque/.wh..wh..opq", FILE, b""),
        ("opaque/fresh", FILE, b"y"),
        mode=0o4750,
    )
    unpack([first, second], root)
    assert (root / "etc/a").read_bytes() == b"new"
    assert (root / "etc/hard").read_bytes() == b"old"
    assert stat.S_IMODE((root / "etc/a").stat().st_mode) == 0o4750
    assert not (root / "etc/gone").exists()
    assert [path.name for path in (root / "opaque").iterdir()] == ["fresh"]
    assert (root / "bin/sh").readlink() == Path("busybox")
    assert (root / "pipe").is_fifo()
    assert not (root / "dev/null").exists()


@pytest.mark.parametrize(
    "entries",
    [
        [("../escaped", FILE, b"x")],
        [("a/../../escaped", FILE, b"x")],
        [("/escaped", FILE, b"x")],
        [("out", SYM, "/"), ("out/escaped", FILE, b"x")],
        [("out", SYM, ".."), ("out/escaped", FILE, b"x")],
        [("d", DIR, b""), ("d/out", SYM, "../../.."), ("d/out/escaped", FILE, b"x")],
        [("escaped", SYM, "../escaped"), ("escaped", FILE, b"x")],
        [("secret", LINK, "../../../../../../etc/passwd")],
        [("out", SYM, ".."), (".wh.out", FILE, b""), ("out", SYM, ".."), ("out/.wh.kept", FILE, b"")],
    ],
)
def test_nothing_outside_is_written_or_removed(tmp_path: Path, root: Path, entries: list[Entry]) -> None:
    kept = tmp_path / "kept"
    kept.write_text("kept")
    with suppress(InvalidInput):
        unpack([layer(tmp_path / "layer", *entries)], root)
    assert not (tmp_path / "escaped").exists()
    assert not Path("/escaped").exists()
    assert kept.read_text() == "kept"
    assert not (root / "secret").exists()


@pytest.mark.parametrize("raw", [b"", b"\0" * 10240, b"no archive", b"\x1f\x8b\x08broken"])
def test_what_is_no_archive_is_refused_or_empty(tmp_path: Path, root: Path, raw: bytes) -> None:
    (tmp_path / "layer").write_bytes(raw)
    try:
        unpack([tmp_path / "layer"], root)
    except InvalidInput:
        return
    assert list(root.iterdir()) == []


def test_a_bomb_is_refused(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNPACKED_IMAGE", 10)
    with pytest.raises(InvalidInput, match="more than 10 bytes"):
        unpack([layer(tmp_path / "layer", ("a", FILE, b"x" * 11))], root)


def test_a_circle_of_links_is_refused(tmp_path: Path, root: Path) -> None:
    entries: list[Entry] = [("a", SYM, "b"), ("b", SYM, "a"), ("a/file", FILE, b"x")]
    with pytest.raises(InvalidInput, match="circle"):
        unpack([layer(tmp_path / "layer", *entries)], root)
