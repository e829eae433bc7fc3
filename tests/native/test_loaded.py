"""Libraries are told once for each program: those of the start, and those that dlopen() brings later."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from supervised import Supervised, policy, until

from outrider.model.event import Event, Kind, Verdict

LATER = """
import sys, time
print("up", flush=True)
sys.stdin.readline()
import _ctypes, _ssl
time.sleep(60)
"""


@pytest.fixture
def loads(supervised: Supervised) -> "Loads":
    return Loads(supervised)


class Loads:
    def __init__(self, supervised: Supervised) -> None:
        self.supervised = supervised

    def events(self) -> list[Event]:
        assert self.supervised.agent
        return [e for e in self.supervised.agent.events if e.kind is Kind.LOAD]

    def names(self, program: str) -> list[str]:
        return [Path(e.target).name for e in self.events() if e.program == program]


def test_each_library_is_told_once_for_a_program(supervised: Supervised, loads: Loads) -> None:
    supervised.set_policy(policy("alert", report=True))
    supervised.listen()
    python = str(Path(sys.executable).resolve())
    process = supervised.start(python, "-c", LATER, stdin=subprocess.PIPE)
    until(lambda: any(n.startswith("libc.so") for n in loads.names(python)), "libraries of the start")
    assert not any(n.startswith("_ssl") for n in loads.names(python))
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()
    until(lambda: any(n.startswith("_ssl") for n in loads.names(python)), "what came by dlopen()")
    names = loads.names(python)
    assert len(names) == len(set(names))
    assert Path(python).name not in names
    assert {e.verdict for e in loads.events()} == {Verdict.ALLOW}


def test_another_program_is_told_on_its_own(supervised: Supervised, loads: Loads) -> None:
    supervised.set_policy(policy("alert", report=True))
    supervised.listen()
    sleep, shell = (str(Path(shutil.which(name) or "").resolve()) for name in ("sleep", "sh"))
    supervised.start(shell, "-c", "sleep 60; exit 0")
    for program in (sleep, shell):
        until(
            lambda p=program: any(n.startswith("libc.so") for n in loads.names(p)), f"libraries of {program}"
        )


def test_nothing_is_told_where_nobody_learns(supervised: Supervised, loads: Loads) -> None:
    supervised.set_policy(policy("block", exec="allow"))
    supervised.listen()
    done = supervised.run("sh", "-c", "sleep 2")
    assert done.returncode == 0, done.stderr
    assert loads.events() == []
