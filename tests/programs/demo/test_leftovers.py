"""The demo's claim that nothing stays behind is checked by looking; here something does stay behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from demo import leftovers

ROOT = Path(__file__).parents[3]

PROGRAM = """
import os, subprocess, sys
from demo import leftovers

leftovers.PATIENCE_SECONDS = 0.5
leftovers.adopt_orphans()
subprocess.run(sys.argv[1:], check=True)
print(*leftovers.left_behind((), frozenset(), ()), sep="\\n")
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "PATIENCE_SECONDS", 0)


def what_stays_after(*command: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_nothing_stays_after_a_program_that_tidies_up() -> None:
    assert what_stays_after("sh", "-c", "sleep 0 & wait") in ([], [""])


def test_a_process_that_left_its_parent_is_found() -> None:
    found = what_stays_after("sh", "-c", "setsid sleep 3 >/dev/null 2>&1 & exit 0")
    assert len(found) == 1
    assert found[0].endswith(" sleep")


def test_an_address_that_is_still_there_is_found() -> None:
    assert leftovers.left_behind((), frozenset(), ["127.0.0.1"])[0] == "network link lo"


def test_a_mount_that_is_still_there_is_found() -> None:
    places = (Path("/proc"),)
    assert "mount /proc" in leftovers.left_behind(places, frozenset(), ())
    assert not [
        left for left in leftovers.left_behind(places, leftovers.mounts(places), ()) if "mount" in left
    ]
