"""Many at once, of every kind: none gets a wrong answer, and nothing of them stays behind."""

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import Supervised, ended, policy, status, until

RESIDENT = 2048
"""KiB: a promise of the README."""


def descriptors(supervisor: int) -> int:
    """Of the supervisor, less the pidfds and status files it remembers some 100 callers by."""
    kept = []
    for each in Path(f"/proc/{supervisor}/fd").iterdir():
        with contextlib.suppress(OSError):
            kept.append(str(each.readlink()))
    return len([name for name in kept if not re.match(r".*pidfd|/proc/\d+/status", name)])


@pytest.mark.parametrize(
    ("count", "rounds"),
    [
        (2000, 1),
        pytest.param(2000, 5, marks=pytest.mark.whole),
        pytest.param(10_000, 1, marks=pytest.mark.long),
    ],
)
def test_a_crowd(
    count: int, rounds: int, supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    (place / "open").mkdir(mode=0o777)
    (place / "open").chmod(0o777)
    false = str(Path("/bin/false").resolve())
    supervised.set_policy(
        policy(
            "block",
            {"kind": "write", "target": f"{place}/open/**"},
            {"kind": "exec", "action": "block", "target": false},
            write="block",
        )
    )
    agent = supervised.listen()
    crowd = program("crowd")
    script = (
        f"for i in {' '.join(map(str, range(rounds)))}; do {crowd} {count} {place}; done; echo done; read x"
    )
    with ended(supervised.start("/bin/sh", "-c", script, stdin=subprocess.PIPE)) as process:
        assert process.stdout and process.stdin
        supervisor, _ = supervised.both()
        begun = descriptors(supervisor)
        lines = []
        while (line := process.stdout.readline()) != "done\n":
            assert line, "it ended"
            lines.append(line)
        assert lines == [f"{count} right 0 wrong\n"] * rounds
        until(lambda: descriptors(supervisor) <= begun + 2, "what was held of callers is closed")
        assert len(list(Path(f"/proc/{supervisor}/task").iterdir())) == 13
        assert int(status(supervisor)["VmRSS"].split()[0]) <= RESIDENT
        process.stdin.close()
        process.wait(30)
    assert list((place / "open").iterdir()) == []
    assert not (place / "shut").exists()
    assert [e.message for e in agent.events if e.message] == []


def test_one_that_is_killed_with_the_supervisor(
    supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    """Caller and supervisor at the same moment: the twin finds a call of nobody."""
    supervised.set_policy(policy("block"))
    load = [program("gaps"), "opens", "4", place]
    gaps = [
        "/bin/sh",
        "-c",
        f"exec 3<&0; while :; do {' '.join(map(str, load))} <&3 & sleep 0.05; kill -9 $!; done",
    ]
    with ended(supervised.start(*gaps, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)):
        for _ in range(5):
            until(lambda: len(supervised.pids()) >= 2, "a supervisor and a twin")
            os.kill(supervised.pids()[0], signal.SIGKILL)
            until(lambda: len(supervised.pids()) >= 2, "a supervisor and a twin")
        supervisor = supervised.pids()[0]
        until(lambda: descriptors(supervisor) < 24, "nothing is left of them")
