"""The supervisor killed from outside: how long callers wait, what they are told, who may kill whom after."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from supervised import LIVES, Supervised, ended, policy, runs, status, until

from outrider.model.event import FrameType
from outrider.policy.blob import decode, encode

LONGEST = 5_000_000
"""Microseconds: no caller is held up by anything but the machine."""

MOMENT = 1_000_000
"""Microseconds that one call may take when the supervisor dies in it."""
THREADS = 4
KINDS = (
    *("entries", "opens", "creates", "renames", "links", "sends", "datagrams", "connects", "binds", "execs"),
)
TWICE = dict.fromkeys(KINDS, 2) | {"entries": 0, "execs": THREADS}
"""How many calls of one death say that they were done already (two workers take calls at a time); of execs:
cannot be verified, and are killed.
See native/README.md. What says so of a directory is not counted."""

CONTAINER = ["setpriv", "--bounding-set", "-all,+kill,+dac_override,+setuid,+sys_ptrace"]

Compile = Callable[[str], Path]


class Load:
    """programs/gaps.c at work, and what it says of itself."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.calls = self.failed = self.killed = 0

    def longest(self) -> int:
        """Microseconds, of the longest call since this was asked last."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        longest, calls, failed, killed = map(int, self.process.stdout.readline().split())
        self.calls, self.failed, self.killed = self.calls + calls, self.failed + failed, self.killed + killed
        return longest


def kill_the_supervisor(supervised: Supervised) -> None:
    before = supervised.pids()
    os.kill(before[0], signal.SIGKILL)
    until(lambda: before[0] not in supervised.pids(), "the death")


def start(supervised: Supervised, program: Compile, kind: str, place: Path, threads: int = THREADS) -> Load:
    process = supervised.start(program("gaps"), kind, str(threads), place, stdin=subprocess.PIPE)
    load = Load(process)
    until(lambda: load.longest() and load.calls > 50, "the load")
    return load


def deaths(supervised: Supervised, load: Load) -> list[int]:
    """Every supervisor of the launch but the last is killed; the longest call at each death."""
    gaps = []
    for _ in range(LIVES - 1):
        load.longest()
        kill_the_supervisor(supervised)
        time.sleep(0.1)
        gaps.append(load.longest())
    return gaps


@pytest.mark.parametrize("kind", KINDS)
def test_a_death_is_a_short_pause(kind: str, supervised: Supervised, program: Compile, place: Path) -> None:
    supervised.set_policy(policy("block", report=True))
    agent = supervised.listen()
    agent.acks_may_be_lost = True
    load = start(supervised, program, kind, place)
    with ended(load.process):
        gaps = deaths(supervised, load)
        assert max(gaps) < LONGEST
        assert load.failed == 0, load.process.stderr and load.process.stderr.readline()
        assert load.killed <= TWICE[kind] * len(gaps)
        until(lambda: sum("taken over" in e.message for e in agent.events) == len(gaps), "an event of each")


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_death_at_any_moment(kind: str, binary: Path, program: Compile, tmp_path: Path) -> None:
    """Thirty deaths: each call ends as it would have, or says that it is done already."""
    moments = random.Random(kind)  # noqa: S311 - another each time, and the same when it is to be seen again
    gaps, twice = [], 0
    for turn in range(30 // (LIVES - 1)):
        supervised = Supervised(binary, tmp_path / f"volume-{turn}")
        supervised.set_policy(policy("block"))
        place = tmp_path / f"{turn}"
        place.mkdir()
        load = start(supervised, program, kind, place)
        with ended(load.process):
            for _ in range(LIVES - 1):
                time.sleep(moments.uniform(0.01, 0.06))
                load.longest()
                kill_the_supervisor(supervised)
                time.sleep(0.1)
                gaps.append(load.longest())
            assert load.failed == 0, load.process.stderr and load.process.stderr.readline()
            twice += load.killed
    print(f"{kind}: of {len(gaps)} deaths {twice} calls carried out twice; longest {max(gaps)} µs")
    assert len(gaps) == 30
    assert max(gaps) < MOMENT
    assert twice <= TWICE[kind] * len(gaps)


def test_every_100_ms(supervised: Supervised, program: Compile, place: Path) -> None:
    """Beyond the twins of the launch, too: another is made in time."""
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    agent.acks_may_be_lost = True
    load = start(supervised, program, "entries", place)
    with ended(load.process):
        for _ in range(20):
            until(lambda: len(supervised.pids()) >= 2, "a supervisor and a twin")
            kill_the_supervisor(supervised)
            time.sleep(0.1)
            assert load.longest() < LONGEST
        assert load.failed == 0
        assert load.calls > 1000
        agent.wait(lambda e: "no twin of the launch is left" in e.message)


@pytest.mark.parametrize("at_once", [False, True])
def test_several(at_once: bool, supervised: Supervised, program: Compile, place: Path) -> None:
    """A twin that dies is told, and not waited for."""
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    agent.acks_may_be_lost = True
    load = start(supervised, program, "opens", place)
    with ended(load.process):
        supervisor, first, second = supervised.pids()
        os.kill(first, signal.SIGKILL)
        if not at_once:
            agent.wait(lambda e: e.message == "a twin of the supervisor was killed")
        os.kill(supervisor, signal.SIGKILL)
        until(lambda: supervisor not in supervised.pids() and first not in supervised.pids(), "the deaths")
        agent.wait(lambda e: "taken over" in e.message)
        load.longest()
        until(lambda: load.longest() and load.calls > 500, "answers")
        assert load.failed == 0
        assert supervised.both()[0] == second


def test_whoever_takes_over_is_guarded(supervised: Supervised, program: Compile, place: Path) -> None:
    """Every process and thread, after every death."""
    fifo = place / "whom"
    os.mkfifo(fifo, 0o644)
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    agent.acks_may_be_lost = True
    attack = program("whoami")
    script = f"while read t < {fifo}; do for i in $t; do {attack} attack $i; done; echo done; done"
    command = [*CONTAINER, *supervised.command("/bin/sh", "-c", script)]
    process = supervised.process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE)
    with ended(process):
        assert process.stdout
        until(lambda: not runs(process.pid, supervised.binary), "the application")
        for life in range(LIVES):
            until(lambda life=life: len(supervised.pids()) == max(2, LIVES - life), "those that are left")
            alive = supervised.pids()[: LIVES - life]  # the second of the last two is not of the launch
            threads = [task.name for task in Path(f"/proc/{alive[0]}/task").iterdir()]
            assert len(threads) == 13
            fifo.write_text(" ".join([*threads[::4], *map(str, alive)]) + "\n")
            worked = []
            while (line := process.stdout.readline()) != "done\n":
                assert line, "it ended"
                worked += [line] if line.endswith("worked\n") else []
            assert worked == []
            assert supervised.pids()[: LIVES - life] == alive
            if life < LIVES - 1:
                kill_the_supervisor(supervised)


def test_a_program_does_not_run_unverified(supervised: Supervised, place: Path) -> None:
    """Killed while it reads a large program again, which the kernel holds before its first instruction."""
    supervised.set_policy(encode(replace(decode(policy("block")).policy, hash_programs=True)))
    large = place / "large"
    shutil.copy("/bin/echo", large)
    os.truncate(large, 400 << 20)
    process = supervised.start("/bin/sh", "-c", f"{large} it ran; echo $?; read x", stdin=subprocess.PIPE)
    with ended(process):
        assert process.stdout

        def held() -> bool:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            return any(status(c).get("TracerPid", "0") != "0" and runs(int(c), large) for c in children)

        until(held, "the exec stop")
        os.kill(supervised.pids()[0], signal.SIGKILL)
        assert process.stdout.readline() == "137\n"


def test_an_exec_that_nobody_can_verify_any_more_is_ended(
    supervised: Supervised, program: Compile, place: Path
) -> None:
    """Held by ptrace when its holder dies: an event tells it. Many deaths, so that some hit one."""
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    agent.acks_may_be_lost = True
    load = start(supervised, program, "execs", place, threads=6)
    with ended(load.process):
        for _ in range(12):
            until(lambda: len(supervised.pids()) >= 2, "a supervisor and a twin")
            kill_the_supervisor(supervised)
            time.sleep(0.05)
        load.longest()
        assert load.failed == 0
        until(
            lambda: (
                sum("could not be verified" in e.message for e in agent.of_type(FrameType.TROUBLE))
                >= load.killed
            ),
            "an event for each that was killed",
        )
        load.longest()
        assert load.process.poll() is None
