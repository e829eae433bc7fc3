"""What programs/races.c works on, and what it says."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervised import policy

MARK = b"whose copy: a"


@dataclass(frozen=True)
class Race:
    """One call in one manner."""

    manner: str
    attempts: int
    swaps: int
    kept: int
    wins: int
    milliseconds: int


def races_of(printed: str) -> list[Race]:
    line = re.compile(r"^(\w+) (\d+) attempts (\d+) swaps (\d+) kept (\d+) wins (\d+) ms$", re.MULTILINE)
    found = [Race(m[1], *(int(m[i]) for i in range(2, 7))) for m in line.finditer(printed)]
    assert len(found) == len(printed.splitlines()), printed
    return found


def course(place: Path, program: Callable[[str], Path]) -> None:
    """Two directories alike: in 'a' everything may be run and changed, in 'b' nothing."""
    binary = program("whose").read_bytes()
    assert binary.count(MARK) == 1
    for letter in "ab":
        directory = place / letter
        for name in ("", "empty", "mv", "mnt"):
            (directory / name).mkdir()
        for name in ("file", "gone", "source", "long"):
            (directory / name).write_text("as it was")
        runnable(directory / "program", binary.replace(MARK, MARK[:-1] + letter.encode()))
        runnable(directory / "script", f"#!{place}/interpreter {letter}\n".encode())
        (directory / "mv" / "l").symlink_to(".")  # each takes time before the ".." that comes after them
    runnable(place / "interpreter", binary)
    runnable(place / "argued", binary)
    a = place / "a"
    runnable(a / "argued-script", f"#!{place}/argued\n".encode())
    runnable(a / "via", f"#!{a}/way/program\n".encode())
    runnable(a / "rewritten", f"#!{a}/program\n".encode())
    runnable(a / "shebang", f"#!{a}/program\n".encode())
    runnable(a / "shebang-other", f"#!{place}/b/program\n".encode())
    (a / "way").symlink_to(a)
    (a / "other").symlink_to(place / "b")


def runnable(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o755)


def untouched(place: Path) -> bool:
    """Whether 'b' is as course() made it: what may be moved there is a directory called mv."""
    b = place / "b"
    names = {path.name for path in b.iterdir()} - {"stream", "datagram"}
    files = {name: (b / name) for name in ("file", "gone", "source", "long")}
    return (
        names == {"empty", "mv", "mnt", "program", "script", *files}
        and all(path.read_text() == "as it was" for path in files.values())
        and all(path.stat().st_mode & 0o7777 == 0o644 for path in files.values())
        and all(path.stat().st_nlink == 1 for path in files.values())
    )


def ports() -> tuple[int, int]:
    """Two free ones that differ in one byte: the first is allowed."""
    for low in range(20_000, 30_000, 7):
        if all(is_free(port) for port in (low, low ^ 0x100)):
            return low, low ^ 0x100
    raise AssertionError("no two ports are free")


def is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def rules(place: Path, races: Path, port: int, protocol: str) -> bytes:
    """Everything in 'a', the first port by the one protocol; what the races themselves need."""
    loopback: dict[str, Any] = {"address": "127.0.0.1/32", "port": str(port)}
    listened = [port] if protocol == "none" else [port, port ^ 0x100]
    return policy(
        "block",
        *({"kind": "exec", "target": str(path)} for path in (races, place / "interpreter")),
        *({"kind": "exec", "target": f"{place}/a/{name}"} for name in EXECUTABLES),
        *argued(place),
        *([] if protocol == "none" else [{"kind": "connect", "protocol": protocol, **loopback}]),
        {"kind": "connect", "path": f"{place}/a/**"},
        *({"kind": "bind", "address": "127.0.0.1/32", "port": str(each)} for each in listened),
        {"kind": "bind", "path": f"{place}/a/**"},
        *({"kind": "bind", "path": f"{place}/b/{name}"} for name in ("stream", "datagram")),
        {"kind": "write", "target": f"{place}/a/**"},
        {"kind": "write", "target": f"{place}/b/mv"},
        {"kind": "syscall", "name": "chroot"},
        exec="block",
        connect="block",
        bind="block",
        write="block",
        syscall="block",
    )


def argued(place: Path) -> list[dict[str, Any]]:
    """One program may be run with the letter 'a' only, and so may a script of it."""
    script = f"{place}/a/argued-script"
    words = ((f"{place}/argued", ["a"]), (f"{place}/argued", [script, "a"]), (script, ["a"]))
    return [{"kind": "exec", "target": target, "arguments": arguments} for target, arguments in words]


EXECUTABLES = ("program", "script", "via", "rewritten", "shebang", "shebang-other")
