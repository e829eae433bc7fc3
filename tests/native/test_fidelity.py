"""A supervised program sees what it would see without: the same calls, compared line by line.

Each program prints some hundred outcomes, with errors, flags, owners and modes. Bare, alert and block
(allowing everything) must agree but for what KNOWN lists and why."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import Path

import pytest
from supervised import Supervised, policy

PROGRAMS = ("opens", "owners", "entries", "sockets", "messages", "execs")
USERS = {"root": (), "user": ("setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups")}
"""root, as most containers; and a user without any capability, whose supervisor has none either."""

KNOWN = {
    # An existing file is reopened by descriptor, where O_NOFOLLOW would mean the link below /proc.
    "opens": re.compile(
        r"open (creat )?nofollow / file: |openat2 / in root, abs link|openat2     file 100600"
    ),
    # What leads elsewhere first is made by its name in the directory that was judged.
    "sockets": re.compile(r"^.unix bind / dir/\.\./up: "),
    # Without CAP_SYS_PTRACE nobody can look into what runs a file that is not readable.
    "execs": re.compile(r"^.(execve / unreadable: |  runs: )"),
}
"""Differences in block mode. openat2(RESOLVE_*) does not create through a link that leads nowhere."""


def outcomes(command: list[str | Path], place: Path) -> list[str]:
    """In an empty directory. Sorted: lines of a child and its parent may come in either order."""
    shutil.rmtree(place)
    place.mkdir()
    place.chmod(0o777)
    done = subprocess.run(
        command,
        cwd=place,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout
    return sorted(done.stdout.splitlines())


def differences(bare: list[str], under: list[str], known: re.Pattern[str] | None = None) -> list[str]:
    lines = list(unified_diff(bare, under, "bare", "supervised", n=0, lineterm=""))[2:]
    return [line for line in lines if line[0] != "@" and not (known and known.search(line))]


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("mode", ["alert", "block"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_cannot_tell_that_it_is_supervised(
    *, name: str, mode: str, user: str, supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    path = program(name)
    supervised.set_policy(policy(mode))
    supervised.listen()
    bare = outcomes([*USERS[user], path], place)
    under = outcomes([*USERS[user], *supervised.command(path)], place)
    assert not differences(bare, under, KNOWN.get(name) if mode == "block" else None)
    assert len(bare) > 20


@pytest.mark.whole
@pytest.mark.parametrize("mode", ["alert", "block"])
@pytest.mark.parametrize("name", ["opens", "owners", "entries", "execs"])
def test_nor_where_reads_are_decided(
    *, name: str, mode: str, supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    """Then opens that only read are carried out by the supervisor too."""
    path = program(name)
    supervised.set_policy(policy(mode, {"kind": "read", "action": "block", "target": "/nowhere/**"}))
    supervised.listen()
    bare, under = outcomes([path], place), outcomes(supervised.command(path), place)
    assert not differences(bare, under, KNOWN.get(name) if mode == "block" else None)


@pytest.fixture
def protected() -> Iterator[None]:
    """The sysctls that most distributions set (proc(5)); this kernel may not."""
    wanted = {
        "protected_symlinks": "1",
        "protected_hardlinks": "1",
        "protected_regular": "2",
        "protected_fifos": "2",
    }
    files = {Path("/proc/sys/fs") / name: value for name, value in wanted.items()}
    before = {path: path.read_text() for path in files}
    for path, value in files.items():
        path.write_text(value)
    yield
    for path, text in before.items():
        path.write_text(text)


@pytest.mark.skipif(
    not os.access("/proc/sys/fs/protected_symlinks", os.W_OK), reason="sysctls are read-only here"
)
def test_sticky_directories_are_protected_as_the_kernel_does(
    supervised: Supervised, program: Callable[[str], Path], place: Path, protected: None
) -> None:
    supervised.set_policy(policy("block"))
    bare = outcomes([program("entries")], place)
    under = outcomes(supervised.command(program("entries")), place)
    assert not differences(bare, under)
    assert "sticky directory / follow their link: Permission denied" in bare


def test_a_difference_would_be_seen(program: Callable[[str], Path], place: Path) -> None:
    lines = outcomes([program("entries")], place)
    assert differences(lines, [*lines[:-1], lines[-1] + "!"])
