"""Alpine's database of what is installed."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import File, Found
from outrider.scan.inventory.operating_system import apk


def read(text: str) -> Found:
    return apk.read(File("lib/apk/db/installed", text.encode("utf-8", "surrogateescape")))


def test_what_is_provided_by_name_library_command_or_path_is_found() -> None:
    found = read(
        "P:app\nV:1-r0\nD:so:libz.so.1 cmd:sh /usr/bin/perl zlib>=1.2 !old absent~2 app\n\n"
        "P:zlib\nV:1.3-r0\np:so:libz.so.1=1.3\n\n"
        "P:busybox-binsh\nV:1-r0\np:cmd:sh=1\n\n"
        "P:perl\nV:5-r0\nF:usr/bin\nR:perl\n"
    )
    assert found.packages[0].dependencies == ("busybox-binsh", "perl", "zlib")


def test_names_are_unicode_and_paths_keep_their_bytes() -> None:
    found = read("P:caf\udce9\nV:1\nF:usr\nR:\udcff\n")
    assert found.packages[0].name == "caf�"
    assert found.owned[0].paths == ("/usr/\udcff",)


def test_small_databases_that_name_much_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OWNED_TEXT", 10_000)
    monkeypatch.setattr(limits, "OWNED_FILES", 50)
    for folder in ("d" * 3000, "d"):
        found = read(f"P:a\nV:1\nF:{folder}\n" + "R:f\n" * 100)
        assert len(found.owned[0].paths) <= 50
        assert sum(map(len, found.owned[0].paths)) <= 10_000
        assert "over the caps" in found.problems[0]


def test_the_number_of_packages_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PACKAGES", 3)
    found = read("\n\n".join(f"P:p{number}\nV:1" for number in range(5)))
    assert len(found.packages) == 3
    assert found.problems == ("2 packages or files over the caps were left out",)


def test_problems_are_told_up_to_a_number() -> None:
    found = read("\n\n".join(f"P:p{number}" for number in range(limits.PROBLEMS + 5)))
    assert len(found.problems) == limits.PROBLEMS + 1
    assert found.problems[-1] == "5 more problems of this kind"


def test_something_else_is_refused() -> None:
    with pytest.raises(InvalidInput):
        read("hello\n")


line = st.sampled_from(
    ["P:a", "P:b", "V:1", "F:usr", "F:", "R:x", "R:", "D:a !b so:x", "p:so:x=1 =", "", "x", ":"]
)


@given(st.lists(line).map("\n".join) | st.text(max_size=100))
def test_any_text_is_survived(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        found = read(text)
        assert all(path.startswith("/") for owned in found.owned for path in owned.paths)
