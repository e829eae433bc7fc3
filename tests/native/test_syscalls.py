"""tests/native/syscalls/table.tsv lists every system call: held against the kernel's headers, the kernel that
runs here, native/traps.c and the section of native/README.md that sums it up."""

import platform
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import ziglang

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).parent / "syscalls" / "table.tsv"
HEADERS = Path(ziglang.__file__).parent / "lib" / "libc" / "include"
ARCHITECTURES = {"x86_64": "x86-linux-any", "aarch64": "aarch64-linux-any"}
SINCE = {"uprobe": {"x86_64": 336}} | {
    name: dict.fromkeys(ARCHITECTURES, number)
    for name, number in (("open_tree_attr", 467), ("file_getattr", 468), ("file_setattr", 469))
}
"""Newer than the headers (6.13): 6.15, 6.17, and 6.18 for x86_64's uprobe."""
ACTS = {"run", "reach", "listen", "change", "load", "guard", "notice", "none"}
DONE = {"trapped", "guarded", "refused", "outside", "kernel"}
NOT_OF_64_BITS = re.compile(
    r".*(16|32|_time32)|ia32_.*|old_?.*|(fstat|stat)fs64|fadvise64_64|sync_file_range2"
)
COMPAT = frozenset(
    {
        "gethostname", "llseek", "ni_syscall", "nice", "recv", "send", "sgetmask", "signal", "sigpending",
        "sigprocmask", "sigsuspend", "socketcall", "ssetmask", "stime", "umount", "waitpid",
    }
)  # fmt: skip
"""The kernel's functions that serve only calls of 32 bits, or none."""
ALIASES = {
    "newfstat": "fstat", "newlstat": "lstat", "newstat": "stat", "newuname": "uname",
    "sendfile64": "sendfile", "fstatat64": "newfstatat", "fadvise64_64": "fadvise64", "mmap_pgoff": "mmap",
}  # fmt: skip
"""The kernel's function: the call."""


@dataclass(frozen=True)
class Row:
    """A system call."""

    numbers: dict[str, int]
    name: str
    act: str
    done: str
    remark: str


def rows(text: str) -> list[Row]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = []
    for line in lines[1:]:
        x86, arm, name, act, done, remark = (*line.split("\t"), "")[:6]
        numbers = {arch: int(n) for arch, n in zip(ARCHITECTURES, (x86, arm), strict=True) if n != "-"}
        found.append(Row(numbers, name, act, done, remark))
    return found


ROWS = rows(TABLE.read_text())


def numbers_of_headers(arch: str) -> dict[str, int]:
    text = (HEADERS / ARCHITECTURES[arch] / "asm" / "unistd_64.h").read_text()
    found = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+)\s+(\d+)\n", text)}
    return found | {name: new[arch] for name, new in SINCE.items() if arch in new}


def missing(table: Iterable[Row], calls: Iterable[str]) -> list[str]:
    return sorted(set(calls) - {row.name for row in table})


def test_the_table_is_one() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.act in ACTS, row
        assert row.done in DONE, row
        assert row.numbers, row
        assert (row.act == "none") == (row.done == "kernel"), row
        assert row.remark or row.done != "outside", f"why not? {row}"


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_every_number_of_the_headers_is_there(arch: str) -> None:
    expected = numbers_of_headers(arch)
    assert len(expected) > 320
    assert {row.name: row.numbers[arch] for row in ROWS if arch in row.numbers} == expected


def calls_of_this_kernel(symbols: str) -> set[str]:
    """By the functions that serve them. Weak ones are calls of other machines, or left out of this kernel."""
    found = set(re.findall(r" [Tt] __(?:x64|arm64)_sys_(\w+)", symbols))
    named = {ALIASES.get(name, name) for name in found}
    return {name for name in named - COMPAT if not NOT_OF_64_BITS.fullmatch(name) or name in ALIASES.values()}


def test_every_call_of_the_running_kernel_is_there() -> None:
    calls = calls_of_this_kernel(Path("/proc/kallsyms").read_text())
    if not calls:  # a kernel without names: what its headers say
        pytest.importorskip("ziglang")
        calls = set(numbers_of_headers(platform.machine()))
    assert len(calls) > 250
    assert missing(ROWS, calls) == []


def test_a_call_that_nobody_listed_would_be_seen() -> None:
    symbols = "\n".join(
        f"ffffffff81000000 T __x64_sys_{name}" for name in ("read", "newstat", "overthrow", "chown16")
    )
    assert missing(ROWS, calls_of_this_kernel(symbols)) == ["overthrow"]
    for row in ROWS:
        assert missing([other for other in ROWS if other is not row], [row.name]) == [row.name]


GUARDED = {"GUARD", "GUARD_BOTH", "GUARD_AND_USER"}


def traps() -> dict[str, str]:
    """Call: what traps.c does with it."""
    text = (ROOT / "native" / "traps.c").read_text()
    found = dict(re.findall(r"^ +\{__NR_(\w+), (\w+),", text, re.MULTILINE))
    assert len(found) == text.count("{__NR_"), "a row this test cannot read"
    return {
        name: "guarded" if test in GUARDED else "refused" if test == "NOT_THERE" else "trapped"
        for name, test in found.items()
    }


def test_what_is_trapped_is_what_the_table_says() -> None:
    assert traps() == {row.name: row.done for row in ROWS if row.done in {"trapped", "guarded", "refused"}}


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_the_numbers_that_are_trapped_are_those_of_the_table(arch: str, tmp_path: Path) -> None:
    """Compiled, so that a number of ours (traps.h) that is wrong would be seen."""
    names = [row.name for row in ROWS if row.name in traps() and arch in row.numbers]
    checks = [
        f'_Static_assert(__NR_{name} == {row.numbers[arch]}, "{name}");'
        for row in ROWS
        if (name := row.name) in names
    ]
    source = tmp_path / "numbers.c"
    source.write_text('#include "traps.h"\n' + "\n".join(checks))
    zig = [
        sys.executable,
        "-m",
        "ziglang",
        "cc",
        "-target",
        f"{arch}-linux-musl",
        "-std=gnu11",
        "-D_GNU_SOURCE",
    ]
    command = [*zig, f"-I{ROOT / 'native'}", "-c", "-o", str(tmp_path / "numbers.o"), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def sections() -> dict[tuple[str, str], set[str]]:
    """(act, done): the calls, of native/README.md's table."""
    text = (ROOT / "native" / "README.md").read_text()
    part = text.split("## Every system call\n")[1].split("\n## ")[0]
    found: dict[tuple[str, str], set[str]] = {}
    for act, done, calls in re.findall(r"^\| (\w+) \| (\w+) \| (.*) \|$", part, re.MULTILINE):
        if act in ACTS:
            found.setdefault((act, done), set()).update(re.findall(r"[\w]+", re.sub(r"\([^)]*\)", "", calls)))
    return found


def test_the_readme_sums_up_the_table() -> None:
    expected: dict[tuple[str, str], set[str]] = {}
    for row in ROWS:
        if row.act != "none":
            expected.setdefault((row.act, row.done), set()).add(row.name)
    assert sections() == expected
