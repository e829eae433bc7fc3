"""The filter guards the supervisor by its numbers: also where the kernel began anew at the lowest while they
were given, and where others have numbers between them."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import LIVES, Supervised, ended, policy, runs, until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="sets the last number of a namespace")

THREADS = 13
"""Of each life: a keeper and its workers."""
OURS = LIVES * THREADS
PROBES = 4
"""Processes at most that end before the first of ours begins."""
FIRST = 300
"""RESERVED_PIDS of the kernel: where it begins anew."""
PREPARE = """
set -e
for number in $TAKEN; do
  echo $((number - 1)) > /proc/sys/kernel/ns_last_pid
  sleep 1000 &
done
echo $(($(cat /proc/sys/kernel/pid_max) - BEFORE - 1)) > /proc/sys/kernel/ns_last_pid
exec setpriv --bounding-set -all,+kill,+dac_override,+setuid,+sys_ptrace "$@"
"""
ATTACK = """
while read numbers < $FIFO; do
  for each in $numbers; do $WHOAMI attack $each; done
  sleep 60 & kill $!; wait $!; echo own $?
done
"""


def inner(task: Path) -> int:
    """The number in the namespace of the application."""
    lines = (task / "status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("NSpid:")).split()[-1])


@pytest.mark.parametrize(
    ("before", "taken"),
    [
        (0, ()),
        (1, ()),
        (7, ()),
        (13, ()),
        (14, ()),
        (33, (FIRST + 5,)),
        (51, ()),
        (20, (FIRST, FIRST + 2, FIRST + 4, FIRST + 9, FIRST + 30)),
        (500, ()),
    ],
)
def test_every_number_is_guarded(
    before: int, taken: tuple[int, ...], supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    """`before`: how many numbers are left below the highest when the first is given."""
    fifo = place / "whom"
    os.mkfifo(fifo)
    supervised.set_policy(policy("block"))
    given = {"FIFO": str(fifo), "WHOAMI": str(program("whoami")), "BEFORE": str(before)}
    environment = os.environ | given | {"TAKEN": " ".join(map(str, taken))}
    command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", PREPARE, "sh"]
    command += supervised.command("/bin/sh", "-c", ATTACK)
    process = supervised.process = subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE
    )
    with ended(process):
        assert process.stdout
        alive = until(lambda: found if len(found := supervised.pids()) == LIVES else None, "the twins")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until(lambda: runs(int(children.read_text()), Path("/bin/sh").resolve()), "the application")
        tasks = [task for pid in alive for task in Path(f"/proc/{pid}/task").iterdir()]
        numbers = sorted(inner(task) for task in tasks)
        assert len(numbers) == OURS
        most = int(Path("/proc/sys/kernel/pid_max").read_text())
        high = sum(number > most - before - 2 for number in numbers)
        assert abs(high - min(OURS, before)) <= PROBES
        assert not set(taken) & set(numbers)
        fifo.write_text(" ".join(map(str, numbers)) + "\n")
        worked = []
        while not (line := process.stdout.readline()).startswith("own"):
            assert line, "it ended"
            worked += [line] if line.endswith("worked\n") else []
        assert worked == []
        assert line == "own 143\n", "what is its own it may still end"
        assert supervised.pids() == alive
