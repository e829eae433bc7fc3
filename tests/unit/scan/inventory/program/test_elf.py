"""The ELF reader: what it reads of good files, and that nothing but our own error comes of bad ones."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.program import elf
from tests.data.scan.os import elves

FORMS = [(64, "<"), (64, ">"), (32, "<"), (32, ">")]


@pytest.mark.parametrize(("bits", "order"), FORMS)
def test_sections_and_segments(bits: int, order: str) -> None:
    data = elves.elf(
        elves.Part(b"hello", ".greeting", elf.LOAD, 6), elves.Part(b"x" * 9, ".other"), bits=bits, order=order
    )
    head = elf.header(data)
    assert (head.bits, head.order) == (bits, order)
    (segment,) = elf.segments(data, head)
    assert data[segment.offset : segment.offset + segment.size] == b"hello"
    assert segment.flags == 6
    assert elf.offset_of(segment.address + 4, (segment,)) == segment.offset + 4
    assert elf.offset_of(segment.address + 5, (segment,)) is None
    assert [one.name for one in elf.sections(data, head)] == ["", ".greeting", ".other", ".shstrtab"]
    assert elf.section(data, head, ".other") == b"x" * 9
    assert elf.section(data, head, ".absent") is None


@pytest.mark.parametrize(
    "data", [b"", b"\x7fELF", b"MZ" * 40, b"\x7fELF\x03\x01" + bytes(60), b"\x7fELF\x02\x03" + bytes(60)]
)
def test_what_is_no_elf_file(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        elf.header(data)


def test_a_table_outside_the_file_or_over_the_cap_is_refused() -> None:
    data = elves.elf(elves.Part(b"x", ".x", elf.LOAD))
    head = elf.header(data)
    with pytest.raises(InvalidInput, match="outside"):
        elf.sections(data[: head.sections_at + 10], head)
    many = bytearray(data)
    many[60:62] = (limits.PROGRAM_HEADERS + 1).to_bytes(2, "little")
    with pytest.raises(InvalidInput, match="more than"):
        elf.sections(bytes(many), elf.header(bytes(many)))


def test_a_section_that_reaches_beyond_the_end_is_refused() -> None:
    data = bytearray(elves.elf(elves.Part(b"x", ".x")))
    at = elf.header(bytes(data)).sections_at + 64 + 32
    data[at : at + 8] = (1 << 40).to_bytes(8, "little")
    with pytest.raises(InvalidInput, match="beyond"):
        elf.section(bytes(data), elf.header(bytes(data)), ".x")


@given(
    st.sampled_from(FORMS),
    st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=8)), max_size=8),
    st.integers(0, 500),
)
def test_damage_is_told_as_invalid_input(
    form: tuple[int, str], damage: list[tuple[int, bytes]], end: int
) -> None:
    data = bytearray(elves.elf(elves.Part(b"hello", ".greeting", elf.LOAD), bits=form[0], order=form[1]))
    for at, what in damage:
        data[at : at + len(what)] = what
    whole = bytes(data[:end])
    with contextlib.suppress(InvalidInput):
        head = elf.header(whole)
        elf.segments(whole, head)
        elf.section(whole, head, ".greeting")
