"""The seccomp filter for both architectures, against the words of traps.h: each value in each argument.

filters.c prints the program, whole and with each row left out; it is run here by an interpreter."""

import platform
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[2] / "native"
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
FOREIGN = [0x40000003, 0x40000028, 0xC000003E, 0xC00000B7, 0xC0000032, 0, 0xFFFFFFFF]
"""i386, arm, x86_64, aarch64, ia64, nonsense: audit.h."""
FIRST, LAST = 1000, 1013
X32 = 0x40000000
ALLOW, TRAP, REFUSE, UNKNOWN = 0x7FFF0000, 0x7FC00000, 0x00050001, 0x00050026
"""SECCOMP_RET_ALLOW, USER_NOTIF, ERRNO | EPERM, ERRNO | ENOSYS: seccomp.h."""
WRITABLE = 0o1 | 0o2 | 0o100 | 0o1000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC."""
NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
FASTOPEN = 0x20000000
UNIX, INET, INET6, NETLINK = 1, 2, 10, 16
STREAM, DATAGRAM, SCTP = 1, 2, 132
SETOWN, SETOWN_EX, SET_MM = 8, 15, 35
IOCTLS = (0x8901, 0x8902, 0x5412, 0x541C, 0xAA00)
"""FIOSETOWN, SIOCSPGRP, TIOCSTI, TIOCLINUX, USERFAULTFD_IOC_NEW."""
ROUTES = ((0, 4), (41, 57), (41, 6))
"""IPPROTO_IP, IP_OPTIONS; IPPROTO_IPV6, IPV6_RTHDR and IPV6_2292PKTOPTIONS."""
GUARDRAILS = 0x0040000 | 0x0100000 | 0x0400000
"""ADDR_NO_RANDOMIZE, MMAP_PAGE_ZERO, READ_IMPLIES_EXEC."""
WHOLE_USER = {"setpriority": 2, "ioprio_set": 3}
"""PRIO_USER, IOPRIO_WHO_USER."""
FLAGS = ("-static", "-Os", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror")
Arguments = tuple[int, ...]
Instruction = tuple[int, int, int, int]


@dataclass(frozen=True)
class Row:
    """One of traps.c."""

    number: int
    test: str
    argument: int
    name: str


@dataclass(frozen=True)
class Filters:
    """What filters.c prints."""

    arch: int
    rows: list[Row]
    whole: list[Instruction]
    without: list[list[Instruction]]
    """In the order of the rows."""
    reading: list[Instruction] = field(default_factory=list)
    """Where opens that only read are trapped too."""


@pytest.fixture(scope="module", params=ARCHITECTURES)
def filters(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Filters:
    where = tmp_path_factory.mktemp(request.param)
    handlers = sorted(set(re.findall(r"void (handle_\w+)", (NATIVE / "traps.h").read_text())))
    stub = "void {}(struct caller *caller, const char *name) {{ (void)caller, (void)name; }}\n"
    (where / "stubs.h").write_text("".join(map(stub.format, handlers)))
    source = Path(__file__).parent / "programs" / "filters.c"
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", f"{request.param}-linux-musl", *FLAGS]
    made = subprocess.run(
        [*zig, f"-I{where}", "-o", where / "filters", source], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    emulator = [] if platform.machine() == request.param else [emulator_for(request.param)]
    command = [*emulator, where / "filters", str(FIRST), str(LAST)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    with_reads = subprocess.run([*command, "reads"], capture_output=True, text=True, check=True)
    made_of = parsed(ARCHITECTURES[request.param], run.stdout)
    return replace(made_of, reading=parsed(made_of.arch, with_reads.stdout).whole)


def emulator_for(machine: str) -> str:
    found = shutil.which(f"qemu-{machine}-static") or shutil.which(f"qemu-{machine}")
    assert found, f"no qemu-{machine}: apt-get install qemu-user-static"
    return found


def parsed(arch: int, text: str) -> Filters:
    rows, programs = [], []
    for line in text.splitlines():
        words = line.split()
        if words[0] == "row":
            rows.append(Row(int(words[1]), words[2], int(words[3]), words[4]))
        elif words[0] == "program":
            programs.append([])
        else:
            code, true, false, k = map(int, words)
            programs[-1].append((code, true, false, k))
    return Filters(arch, rows, programs[0], programs[1:])


JUMPS: dict[int, Callable[[int, int], bool]] = {
    0x15: int.__eq__,
    0x25: int.__gt__,
    0x35: int.__ge__,
    0x45: lambda a, k: bool(a & k),
}


def verdict(program: list[Instruction], arch: int, number: int, arguments: Arguments = ()) -> int:
    """Classic BPF, what of it the filter uses (linux/filter.h)."""
    words = [value & (1 << 64) - 1 for value in (*arguments, *(0,) * (6 - len(arguments)))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, arch, 0, *words)
    at = accumulator = 0
    while True:
        code, true, false, k = program[at]
        at += 1
        if code == 0x06:
            return k
        if code == 0x20:
            assert k % 4 == 0
            (accumulator,) = struct.unpack_from("<I", data, k)
        elif code == 0x05:
            at += k
        elif code == 0x54:
            accumulator &= k
        else:
            at += true if JUMPS[code](accumulator, k) else false


def ours(value: int) -> bool:
    """One of the supervisor's pids, or minus it; as the kernel reads a pid: 32 bits, signed."""
    value &= 0xFFFFFFFF
    value -= (value >> 31) << 32
    return FIRST <= abs(value) <= LAST


def meant(row: Row, arguments: Arguments) -> int:
    """What the comments of traps.h say."""
    values = (*arguments, *(0,) * (6 - len(arguments)))
    low = [value & 0xFFFFFFFF for value in values]
    told = {
        "TRAP": True,
        "TRAP_AND_GUARD": True,
        "TRAP_WRITABLE": bool(low[row.argument] & WRITABLE),
        "TRAP_ADDRESSED": bool(values[4] & (1 << 64) - 1 or low[3] & FASTOPEN),
        "TRAP_NAMESPACES": any(low[0] & flag for flag in NAMESPACES),
        "TRAP_EVERYBODY": low[row.argument] == 0xFFFFFFFF,
        "TRAP_SETS_ID": bool(low[row.argument] & 0o4000 or low[row.argument] & 0o2010 == 0o2010),
        "TRAP_SOCKET": low[0] not in (UNIX, INET, INET6, NETLINK)
        or (low[0] in (INET, INET6) and (low[1] & 15 not in (STREAM, DATAGRAM) or low[2] == SCTP)),
        "TRAP_OWNER": low[1] == SETOWN_EX,
        "TRAP_IOCTL": low[1] in IOCTLS,
        "TRAP_SET_MM": low[0] == SET_MM,
        "TRAP_PERSONALITY": low[0] != 0xFFFFFFFF and bool(low[0] & GUARDRAILS),
        "TRAP_LISTENER": low[0] == 1 and bool(low[1] & 8),
        "TRAP_ROUTE": (low[1], low[2]) in ROUTES,
    }
    if row.test == "NOT_THERE":
        return UNKNOWN
    if row.test == "GUARD_AND_USER" and low[0] == WHOLE_USER[row.name]:
        return REFUSE
    one = ("GUARD", "TRAP_AND_GUARD", "TRAP_EVERYBODY", "GUARD_AND_USER")
    guarded = (
        2 if row.test == "GUARD_BOTH" else row.test in one or (row.test == "TRAP_OWNER" and low[1] == SETOWN)
    )
    if any(ours(values[row.argument + i]) for i in range(guarded)):
        return REFUSE
    return TRAP if told.get(row.test) else ALLOW


def test_where_reads_are_decided_every_open_is_trapped_but_o_path(filters: Filters) -> None:
    o_path = 0o10000000
    for row in filters.rows:
        for arguments in attempts(row):
            wanted = meant(row, arguments)
            if row.test == "TRAP_WRITABLE":
                flags = (*arguments, *(0,) * 6)[row.argument] & 0xFFFFFFFF
                wanted = ALLOW if flags & o_path else TRAP
            assert verdict(filters.reading, filters.arch, row.number, arguments) == wanted, (row, arguments)


PIDS = (0, 1, FIRST - 1, FIRST, FIRST + 5, LAST, LAST + 1, 1 << 20, (1 << 31) - 1)
VALUES = (
    *(sign * pid for sign in (1, -1) for pid in PIDS),
    *(pid | 1 << 32 for pid in PIDS),
    *(1 << bit for bit in range(64)),
    *(INET, INET6, NETLINK, 0x80002, 0x80003, 0o101, 0o2000000, -(1 << 31), (1 << 64) - 1),
)
FAMILIES = (0, UNIX, INET, INET6, 9, 11, NETLINK, 17, 38, 40, INET | 1 << 32)
TYPES = (*range(17), 0x80003, 0x803)


def attempts(row: Row) -> Iterator[Arguments]:
    """Every value in every argument, the others 0; for some calls two at a time."""
    for place, value in product(range(6), VALUES):
        yield (*(0,) * place, value)
    if row.test == "TRAP_SOCKET":
        yield from product(FAMILIES, TYPES, (0, 6, 17, SCTP, 262))
    if row.test == "TRAP_OWNER":
        yield from product((3,), (SETOWN, SETOWN_EX, 4, 10), VALUES[:27])
    if row.test == "TRAP_IOCTL":
        yield from product((0, 3), (*IOCTLS, 0x5413, 0x5421), (0, FIRST))
    if row.test == "TRAP_SET_MM":
        yield from product((15, SET_MM, SET_MM | 1 << 32), (0, FIRST))
    if row.test == "TRAP_ROUTE":
        yield from product((0, 3), (0, 1, 6, 41, 41 | 1 << 32, 255), (*range(80), 57 | 1 << 32))
    if row.test == "TRAP_LISTENER":
        yield from product(range(4), range(64))
    if row.test == "GUARD_AND_USER":
        yield from product(range(5), VALUES[:27])
    if row.test == "TRAP_SETS_ID":
        yield from ((*(0,) * row.argument, mode) for mode in range(0o10000))
    if row.test == "GUARD_BOTH":
        yield from ((*(7,) * row.argument, *pair) for pair in product(VALUES[:27], repeat=2))


ARGUMENTS_DECIDE = ("TRAP_IOCTL", "TRAP_SET_MM", "TRAP_PERSONALITY", "TRAP_LISTENER", "TRAP_ROUTE")


def test_each_row_does_what_it_says(filters: Filters) -> None:
    seen = set()
    for row in filters.rows:
        for arguments in attempts(row):
            wanted = meant(row, arguments)
            assert verdict(filters.whole, filters.arch, row.number, arguments) == wanted, (row, arguments)
            seen.add((row.test, wanted))
    assert seen >= {("GUARD", REFUSE), ("GUARD", ALLOW), ("TRAP_SOCKET", TRAP), ("TRAP_SOCKET", ALLOW)}
    assert seen >= {("TRAP_SETS_ID", TRAP), ("TRAP_SETS_ID", ALLOW)}
    assert seen >= {("TRAP_OWNER", TRAP), ("TRAP_OWNER", REFUSE), ("TRAP_OWNER", ALLOW)}
    assert seen >= {(test, told) for test in ARGUMENTS_DECIDE for told in (TRAP, ALLOW)}
    assert seen >= {("TRAP_EVERYBODY", TRAP), ("TRAP_EVERYBODY", REFUSE), ("TRAP_EVERYBODY", ALLOW)}


def test_every_other_call_is_the_kernels_own(filters: Filters) -> None:
    rows = {row.number for row in filters.rows}
    others = [number for number in range(1001) if number not in rows]
    assert len(others) > 800
    for number in others:
        for value in (0, 1, FIRST, LAST, -FIRST, (1 << 64) - 1):
            assert verdict(filters.whole, filters.arch, number, (value,) * 6) == ALLOW, number


def test_every_call_of_a_foreign_abi_is_decided_by_name(filters: Filters) -> None:
    for arch, number in product(FOREIGN, range(1001)):
        if arch != filters.arch:
            assert verdict(filters.whole, arch, number, (FIRST,) * 6) == TRAP
    if filters.arch == ARCHITECTURES["x86_64"]:
        for number in (*range(1001), 0x3FFFFFFF):
            assert verdict(filters.whole, filters.arch, number | X32) == TRAP


def test_no_row_is_twice_there_or_without_effect(filters: Filters) -> None:
    numbers = [row.number for row in filters.rows]
    assert len(set(numbers)) == len(numbers)
    for row, program in zip(filters.rows, filters.without, strict=True):
        changed = [a for a in attempts(row) if verdict(program, filters.arch, row.number, a) != meant(row, a)]
        assert changed, f"{row.name} could go"
        assert all(verdict(program, filters.arch, row.number, a) == ALLOW for a in changed)


def test_the_program_is_one_the_kernel_takes(filters: Filters) -> None:
    """Jumps lead forward and stay inside, the last instruction returns: bpf_check_classic(); 4096 at most."""
    for program in (filters.whole, *filters.without):
        assert 0 < len(program) <= 1024
        assert program[-1][0] == 0x06
        for at, (code, true, false, k) in enumerate(program):
            furthest = k if code == 0x05 else max(true, false) if code in JUMPS else 0
            assert at + 1 + furthest < len(program) or code == 0x06


def test_a_wrong_instruction_would_be_seen(filters: Filters) -> None:
    broken = [(c, f, t, k) if c in JUMPS else (c, t, f, k) for c, t, f, k in filters.whole]
    with pytest.raises(AssertionError):
        test_each_row_does_what_it_says(Filters(filters.arch, filters.rows, broken, []))
