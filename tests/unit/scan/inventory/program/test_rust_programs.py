"""cargo-auditable's section: good, damaged, a bomb, and nonsense."""

import contextlib
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import File, Found
from outrider.scan.inventory.program import rust
from tests.data.scan.os import elves


def read(section: bytes) -> Found:
    return rust.read(File("x", elves.elf(elves.Part(section, ".dep-v0"))))


def packed(document: Any) -> bytes:
    return zlib.compress(json.dumps(document).encode())


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    with pytest.raises(InvalidInput, match="unpacks to more"):
        read(zlib.compress(bytes(limits.CARGO_AUDITABLE + 1)))


def test_what_is_cut_or_no_zlib_or_no_list_is_refused() -> None:
    for section, why in (
        (packed({"packages": []})[:-6], "cut short"),
        (b"plain", "not zlib"),
        (packed([1]), "lists no packages"),
        (zlib.compress(b"{"), "not JSON"),
        (zlib.compress(b"[" * 5000), "nested|JSON"),
    ):
        with pytest.raises(InvalidInput, match=why):
            read(section)


def test_a_program_without_it_is_none_of_ours() -> None:
    assert rust.read(File("x", elves.dynamic(("libc.so.6",)))) == Found()
    assert rust.read(File("x", b"\x7fELF")) == Found()


def test_crates_that_make_no_sense_are_counted() -> None:
    crates = [7, {"name": "a"}, {"name": "b", "version": "1.0.0", "dependencies": [0, 9, -1, "x", 2, True]}]
    told = read(packed({"packages": crates}))
    assert [(one.name, one.dependencies) for one in told.packages] == [("b", ("b",))]
    assert told.problems == ("2 crates of its .dep-v0 section make no sense",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["name", "version", "dependencies", "kind", "packages"]), inner, max_size=4
    ),
)  # fmt: skip


@given(json_values)
def test_any_document_is_survived(value: Any) -> None:
    for document in (value, {"packages": value}, {"packages": [value]}):
        with contextlib.suppress(InvalidInput):
            read(packed(document))


@given(st.binary(max_size=100))
def test_any_bytes_are_survived(section: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        read(section)
