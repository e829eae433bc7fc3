"""Facts of programs: hand-made ones, those of this machine as readelf sees them, and nonsense."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider.scan.inventory.program.facts import ProgramFacts, facts
from tests.data.scan.os import elves


@pytest.mark.parametrize(("bits", "order"), [(64, "<"), (64, ">"), (32, "<"), (32, ">")])
def test_interpreter_and_needs(bits: int, order: str) -> None:
    data = elves.dynamic(("libz.so.1", "libc.so.6"), "/lib/ld.so", bits, order)
    assert facts(data) == ProgramFacts("elf", "/lib/ld.so", ("libz.so.1", "libc.so.6"))


def test_a_static_program_and_one_without_headers() -> None:
    assert facts(elves.elf(elves.Part(b"x", ".text", elves.LOAD))) == ProgramFacts("elf")
    assert facts(b"\x7fELF") == ProgramFacts("elf")


@pytest.mark.parametrize(
    ("line", "interpreter"),
    [
        (b"#!/bin/sh\necho", "/bin/sh"),
        (b"#! \t/usr/bin/env  python3 -I\n", "/usr/bin/env"),
        (b"#!/bin/sh", "/bin/sh"),
        (b"#!/bin/sh\0rest\n", "/bin/sh"),
        (b"#!/bin/\xff\n", "/bin/\udcff"),
        (b"#!/" + b"a" * 252 + b"\n", "/" + "a" * 252),
        (b"#!/bin/sh " + b"a" * 400, "/bin/sh"),
    ],
)
def test_scripts_as_the_kernel_reads_them(line: bytes, interpreter: str) -> None:
    assert facts(line) == ProgramFacts("script", interpreter)


@pytest.mark.parametrize(
    "line", [b"#!", b"#!\n/bin/sh", b"#!  \n", b"#!/" + b"a" * 254, b" #!/bin/sh\n", b"", b"\xca\xfe\xba\xbe"]
)
def test_what_the_kernel_would_not_start_as_a_script(line: bytes) -> None:
    assert facts(line) == ProgramFacts()


def test_the_head_of_a_file_has_the_interpreter() -> None:
    data = Path("/bin/true").read_bytes()
    assert facts(data[:4096]).interpreter == facts(data).interpreter != ""


def test_programs_of_this_machine_as_readelf_sees_them() -> None:
    programs = [path for path in sorted(Path("/usr/bin").iterdir()) if path.is_file()]
    elfs = [path for path in programs if path.open("rb").read(4) == b"\x7fELF"][::20][:40]
    assert elfs
    said = subprocess.run(
        ["readelf", "-Wdl", *map(str, elfs)], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    by_file = dict(zip(elfs, said.split("\nFile: ")[1:], strict=True))
    for path, text in by_file.items():
        interpreter = re.search(r"Requesting program interpreter: (.*)]", text)
        expected = ProgramFacts(
            "elf",
            interpreter[1] if interpreter else "",
            tuple(re.findall(r"\(NEEDED\).*\[(.*)]", text)),
        )
        assert facts(path.read_bytes()) == expected, path


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x7fELF", b"\x7fELF\x02\x01", b"#!", b"#! /"]))
def test_nothing_is_raised(rest: bytes, start: bytes) -> None:
    assert facts(start + rest).format in {"", "elf", "script"}


@given(
    st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=8)), max_size=8),
    st.integers(0, 600),
)
def test_nothing_is_raised_by_a_damaged_program(damage: list[tuple[int, bytes]], end: int) -> None:
    data = bytearray(elves.dynamic(("libc.so.6", "liba.so"), "/lib/ld.so"))
    for at, what in damage:
        data[at : at + len(what)] = what
    assert facts(bytes(data[:end])).format in {"", "elf"}
