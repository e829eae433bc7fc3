"""Files at the command line: caps, atomic writing, and errors that say what to do."""

import os
import stat
import threading
from pathlib import Path

import pytest

from outrider.cli.files import Line, read_capped, read_lines, read_text, write_atomic
from outrider.errors import EnvironmentFault, InvalidInput, UsageError


def test_reading_under_a_cap(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"x" * 10)
    assert read_capped(file, 10, "the thing") == b"x" * 10
    with pytest.raises(InvalidInput, match=r"the thing .* is larger than 9 bytes"):
        read_capped(file, 9, "the thing")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_capped(tmp_path / "missing", 9, "the thing")
    with pytest.raises(UsageError, match="is a directory"):
        read_capped(tmp_path, 9, "the thing")
    (tmp_path / "f").write_bytes(b"ok\xff")
    with pytest.raises(InvalidInput, match=r"not UTF-8 text \(byte 2\)"):
        read_text(tmp_path / "f", 9, "the thing")


def test_an_endless_file_is_read_to_its_cap_only() -> None:
    with pytest.raises(InvalidInput, match="larger"):
        read_capped("/dev/zero", 1000, "the thing")


def test_lines_of_any_file_under_a_cap_each(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"one\n\n" + b"x" * 100 + b"\n three \nlast")
    assert list(read_lines(tmp_path / "f", 10, "the thing")) == [
        Line(1, b"one"),
        Line(2, b""),
        Line(3, b"", too_long=True),
        Line(4, b"three"),
        Line(5, b"last", complete=False),
    ]


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "f"
    write_atomic(file, "ä", mode=0o640)
    before = file.stat().st_ino
    write_atomic(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.stat().st_ino != before
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "f", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    write_atomic(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"x"


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    write_atomic("/dev/null", b"x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write_atomic(tmp_path / "pipe", b"through")
    reader.join()
    assert read == [b"through"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or directory"):
        write_atomic(tmp_path / "no" / "f", b"")
    with pytest.raises(UsageError, match="is a directory"):
        write_atomic(tmp_path, b"")
    with pytest.raises(EnvironmentFault):
        write_atomic(tmp_path / ("x" * 300), b"")


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFault, match="No space left"):
        write_atomic(tmp_path / "f", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert (tmp_path / "f").read_bytes() == b"old"
