import io
import json
from pathlib import Path

import pytest

from outrider.cli.engine.logs import LogFile, LogPrinter

LINE = "2026-01-01T00:00:00.000000001+00:00 stdout F hello world\n"


def test_a_file_is_read_as_it_grows_and_whole_lines_only(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    file = LogFile(path)
    assert file.entries() == []
    path.write_text(LINE + "2026-01-01T00:00:01Z std")
    assert file.entries() == [("2026-01-01T00:00:00.000000001+00:00", "stdout", "hello world")]
    with path.open("a") as stream:
        stream.write("err F  indented\n")
    assert file.entries() == [("2026-01-01T00:00:01Z", "stderr", " indented")]
    assert file.entries() == []


def test_parts_of_a_line_are_put_together(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_text("1 stdout P {\n2 stderr F oops\n3 stdout P }\n4 stdout F \n5 stdout P unended\n")
    file = LogFile(path)
    assert file.entries() == [("2", "stderr", "oops"), ("4", "stdout", "{}")]
    assert file.rest() == [("", "stdout", "unended")]


def test_a_line_without_an_end_comes_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_text(f"1 stdout P {'x' * 8000}\n" * 20)
    file = LogFile(path)
    pieces = [len(text) for _, _, text in [*file.entries(), *file.rest()]]
    assert sum(pieces) == 160000
    assert max(pieces) < 80000


def test_a_file_that_starts_anew_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    path.write_text(LINE)
    file = LogFile(path)
    assert len(file.entries()) == 1
    fresh = tmp_path / "fresh"
    fresh.write_text(LINE + LINE)
    fresh.replace(path)
    assert file.entries() == []
    assert len(file.entries()) == 2


@pytest.mark.parametrize("raw", [b"\n", b"x\n", b"\xff\xfe F \n", b"a b c d\n", b"\0 \n"])
def test_odd_lines_do_no_harm(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "web.log"
    path.write_bytes(raw)
    assert len(LogFile(path).entries()) == 1


def printed(tmp_path: Path, *, as_json: bool = False, colour: bool = False, text: str = "hello") -> str:
    """What is printed of one line of `web`, of two containers."""
    (tmp_path / "web.log").write_text(f"2026-01-01T00:00:00Z stdout F {text}\n")
    out = io.StringIO()
    files = {"web": tmp_path / "web.log", "worker": tmp_path / "worker.log"}
    LogPrinter(files, out, as_json=as_json, colour=colour).close()
    return out.getvalue()


def test_each_line_begins_with_the_container(tmp_path: Path) -> None:
    assert printed(tmp_path) == "web    | hello\n"


def test_json_lines_carry_everything(tmp_path: Path) -> None:
    assert json.loads(printed(tmp_path, as_json=True)) == {
        "container": "web",
        "time": "2026-01-01T00:00:00Z",
        "stream": "stdout",
        "text": "hello",
    }


def test_a_terminal_gets_colours_and_nothing_that_could_harm_it(tmp_path: Path) -> None:
    shown = printed(tmp_path, colour=True, text="\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J")
    assert "\x1b[31mred\x1b[0m" in shown
    assert "\x07" not in shown
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown
