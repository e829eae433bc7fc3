"""Three of the twenty programs, for a few seconds each; and that the table can say no."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.programs import table
from demo.programs.attacks import Tried, against
from demo.programs.proof import Row
from demo.programs.registry import PROGRAMS

ROOT = Path(__file__).parents[3]
STOPPED = Tried("shell", "code inside", worked=False, stopped=("sh",), seen=())
WORKS = Tried("shell", "code inside", worked=True, stopped=(), seen=())
GOOD = {"program": "x", "learning_ok": 9, "blocking_ok": 9, "tried": (STOPPED,), "without": (WORKS,)}


def test_there_are_twenty_and_each_is_attacked_from_inside() -> None:
    assert len({program.name for program in PROGRAMS}) == 20
    assert all(len({attack.name for attack in against(program)}) >= 5 for program in PROGRAMS)


def test_each_file_of_a_program_is_in_the_registry() -> None:
    files = {path.stem for path in (ROOT / "demo/programs/served").glob("[!_]*.py")}
    assert len(files) == len(PROGRAMS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"failed": ("blocking: GET / x1",)},
        {"false_blocks": ("nginx write /x x1",)},
        {"trouble": "it did not start"},
        {"learning_ok": 0},
        {"blocking_ok": 0},
        {"tried": ()},
        {"tried": (WORKS,)},
        {"tried": (Tried("shell", "", worked=False, stopped=(), seen=()),)},
        {"without": (STOPPED,)},
        {"without": ()},
    ],
)
def test_a_row_does_not_hold_when_anything_is_wrong(wrong: dict[str, object]) -> None:
    assert Row(**GOOD).held
    assert not Row(**{**GOOD, **wrong}).held


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.skipif(os.geteuid() != 0, reason="namespaces, mounts and other users need root")
def test_three_programs_hold() -> None:
    command = [sys.executable, "-m", "demo.programs", "--only", "nginx", "redis", "flask", "--json"]
    command += ["--learn", "4", "--block", "6"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    rows = [table.row(json.loads(line)) for line in done.stdout.splitlines()]
    assert [row.program for row in rows if row.held] == ["nginx", "redis", "flask"], done.stdout + done.stderr
    assert done.returncode == 0
