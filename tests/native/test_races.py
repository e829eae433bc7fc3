"""Nothing is decided on memory that another thread can still change: more than 100,000 attempts, no win."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import Supervised, policy

ATTEMPTS = {
    "exec": 5_000,
    "script": 3_000,
    "connect": 20_000,
    "sendto": 20_000,
    "sendmsg": 20_000,
    "open": 22_000,
    "openat2": 10_000,
    "rename": 5_000,
    "unlink": 5_000,
    "chmod": 5_000,
    "link": 5_000,
}
"""By kind of call; an exec takes a millisecond, the others some microseconds."""
PORTS = {"a": str(0x6100), "b": str(0x6200)}


def test_the_attempts_are_more_than_a_hundred_thousand() -> None:
    assert sum(ATTEMPTS.values()) > 100_000


def race_in(place: Path, program: Callable[[str], Path]) -> None:
    """What races.c works on: 'a' is allowed, 'b' is not."""
    for letter in "ab":
        (place / letter).mkdir()
        (place / letter / "file").write_text("as it was")
        (place / letter / "gone").write_text("as it was")
        shutil.copy(program("judge_me"), place / f"program-{letter}")
        script = place / f"script-{letter}"
        script.write_text(f"#!{place / 'interpreter'}\n")
        script.chmod(0o755)
    shutil.copy(program("judge_me"), place / "interpreter")
    (place / "a" / "way").symlink_to(place / "a")
    (place / "a" / "other").symlink_to(place / "b")


def outcome(line: str) -> tuple[int, int, int]:
    """Swaps, how often the allowed came through, how often the other."""
    found = re.search(r"(\d+) swaps (\d+) kept (\d+) wins", line)
    assert found, line
    swaps, kept, wins = map(int, found.groups())
    return swaps, kept, wins


@pytest.mark.parametrize("kind", ATTEMPTS)
def test_no_swap_is_won(
    kind: str, supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    race_in(place, program)
    races = program("races")
    loopback = {"address": "127.0.0.1/32", "port": PORTS["a"]}
    supervised.set_policy(
        policy(
            "block",
            {"kind": "exec", "target": str(races)},
            {"kind": "exec", "target": str(place / "program-a")},
            {"kind": "exec", "target": str(place / "script-a")},
            {"kind": "exec", "target": str(place / "interpreter")},
            {"kind": "connect", **loopback},
            {"kind": "write", "target": f"{place}/a/**"},
            exec="block",
            connect="block",
            write="block",
        )
    )
    supervised.listen()
    done = supervised.run(races, kind, str(ATTEMPTS[kind]), cwd=place, timeout=400)
    assert done.returncode == 0, done.stderr
    swaps, kept, wins = outcome(done.stdout)
    assert wins == 0
    assert kept > 0, "what is allowed has to come through"
    assert swaps >= ATTEMPTS[kind] or kind == "link"
    assert (place / "b" / "file").read_text() == "as it was"
    assert (place / "b" / "gone").exists()
    assert not (place / "b" / "target").exists()


@pytest.mark.parametrize("kind", ATTEMPTS)
def test_without_protection_swaps_are_won(kind: str, program: Callable[[str], Path], place: Path) -> None:
    """The races are real: the program that wins none above wins here."""
    race_in(place, program)
    attempts = {"exec": "500", "script": "500", "rename": "20000", "unlink": "20000"}.get(kind, "100000")
    done = subprocess.run(
        [program("races"), kind, attempts],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert outcome(done.stdout)[2] > 0
