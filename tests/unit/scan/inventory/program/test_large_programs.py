"""The search through programs as they stream by: the same answer however they are cut."""

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from outrider import limits
from outrider.model.package import Package
from outrider.scan.inventory.extractor import File
from outrider.scan.inventory.program import go, large, signature
from tests.data.scan.os import elves
from tests.data.scan.os.make import MODULES

DATA = elves.elf(
    elves.Part(bytes(1000) + b"\xff Go buildinf:", ".text"),
    elves.Part(elves.go_inline("go1.22.3", MODULES), ".go.buildinfo", elves.LOAD, 6),
    elves.Part(bytes(300) + b"\0node.js/v20.11.1\0" + bytes(300), ".rodata"),
)


def cut(data: bytes, places: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(place % len(data) for place in places), len(data)]
    for start, end in pairwise(edges):
        yield data[start:end]


def whole(path: str, data: bytes) -> tuple[Package, ...]:
    return (*go.read(File(path, data)).packages, *signature.read(File(path, data)).packages)


@given(st.lists(st.integers(0, len(DATA)), max_size=30))
@example(list(range(len(DATA))))
@example([])
def test_it_finds_what_a_whole_file_tells(places: list[int]) -> None:
    found = large.search("usr/bin/node", cut(DATA, places))
    assert found.packages == whole("usr/bin/node", DATA)
    assert [one.name for one in found.packages if one.type == "generic"] == ["node"]
    assert len(found.packages) == 6
    assert [one for one in found.problems if "cargo-auditable" in one]


def test_what_was_not_looked_for_or_is_cut_is_told() -> None:
    at = DATA.index(b"go1.22.3")
    assert "cut short" in large.search("x", [DATA[: at + 20]]).problems[1]
    old = elves.elf(elves.Part(elves.go_pointed("go1.16", MODULES), "", elves.LOAD, 6))
    assert "before Go 1.18" in large.search("x", [old]).problems[1]
    assert len(large.search("x", [b""]).problems) == 1


def test_a_length_that_never_comes_true_holds_no_memory() -> None:
    endless = b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\x08go1.22.3" + b"\xff\xff\xff\xff\x0f"
    search = large._Search("x")
    for chunk in [endless, *[bytes(65536)] * 200]:
        search.feed(chunk)
    assert len(search._data) < limits.GO_BUILD_INFO


@given(
    st.lists(
        st.binary(max_size=64) | st.sampled_from([b"\xff Go buildinf:\x08\x02", b"node.js/v", bytes(16)])
    )
)
def test_any_bytes_are_survived(chunks: list[bytes]) -> None:
    large.search("usr/bin/node", chunks)
