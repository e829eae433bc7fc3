"""What the platform puts into a container beside the application, played by nsenter: it is told, or ended."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from supervised import Supervised, ended, policy, runs, status, until, watches

from outrider.model.event import Event, Kind, Verdict

SLEEP = str(Path("/bin/sleep").resolve())
REMEMBERED = 128
"""At a time, as foreign.c has it: more are told again and again."""
SH = str(Path("/bin/sh").resolve())


@contextmanager
def container(supervised: Supervised, script: str = "read x") -> Iterator[int]:
    """The application as the first process of a PID namespace; its number out here."""
    command = supervised.command("/bin/sh", "-c", script)
    unshare = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", *command]
    process = subprocess.Popen(unshare, stdin=subprocess.PIPE, text=True)
    with ended(process):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        first = until(lambda: children.read_text().split(), "the first process")[0]
        until(lambda: runs(int(first), Path("/bin/sh")), "the application")
        yield int(first)


def enter(first: int, *command: str) -> subprocess.Popen[str]:
    """As runc exec: a process in the namespaces, whose parent is outside."""
    return subprocess.Popen(
        ["nsenter", "--target", str(first), "--pid", "--mount", *command],
        stdin=subprocess.DEVNULL,
        text=True,
    )


def foreign(event: Event) -> bool:
    return event.kind is Kind.EXEC and "foreign" in event.traits


def test_it_is_told_once(supervised: Supervised) -> None:
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    with container(supervised, "/bin/sleep 60 & read x") as first:
        agent.wait(lambda e: e.target == SLEEP, "the application's own")
        with ended(enter(first, "/bin/sleep", "61")):
            told = agent.wait(foreign)
            time.sleep(2.5)
        assert (told.verdict, told.rule, told.program, told.target) == (Verdict.ALERT, 0, "[foreign]", SLEEP)
        assert told.argv == told.cmdline == ("/bin/sleep", "61")
        assert (told.ppid, told.ancestors, told.uid) == (0, (), 0)
        assert [e.argv for e in agent.events if foreign(e)] == [("/bin/sleep", "61")]


def test_its_children_and_what_it_becomes_are_told(supervised: Supervised) -> None:
    supervised.set_policy(policy("alert"))
    agent = supervised.listen()
    script = "/bin/sleep 62 & sleep 1.5; exec /bin/sleep 63"
    with container(supervised) as first, ended(enter(first, "/bin/sh", "-c", script)):
        root = agent.wait(lambda e: foreign(e) and e.target == SH)
        child = agent.wait(lambda e: foreign(e) and e.argv[-1] == "62")
        assert child.ppid == root.pid
        became = agent.wait(lambda e: foreign(e) and e.argv[-1] == "63")
        assert became.pid == root.pid


def test_it_is_judged_by_its_arguments(supervised: Supervised) -> None:
    """A health check as it is written down; what else the same program is started for is told."""
    health = {"kind": "exec", "program": "[foreign]", "target": SLEEP, "arguments": ["64"]}
    supervised.set_policy(policy("block", health))
    agent = supervised.listen()
    with container(supervised) as first:
        for seconds in ("64", "65"):
            with ended(enter(first, "/bin/sleep", seconds)):
                agent.wait(lambda e, wanted=seconds: foreign(e) and e.argv[-1:] == (wanted,))
    said = {e.argv[-1]: (e.verdict, e.rule) for e in agent.events if foreign(e)}
    assert said == {"64": (Verdict.ALLOW, 1), "65": (Verdict.ALERT, 0)}


RULES: tuple[dict[str, Any], ...] = (
    {"kind": "exec", "program": "[foreign]", "target": SH, "action": "allow"},
    {"kind": "exec", "program": "[foreign]", "target": SLEEP, "action": "block"},
)


def test_a_rule_allows_a_health_check(supervised: Supervised) -> None:
    supervised.set_policy(policy("block", *RULES))
    agent = supervised.listen()
    with container(supervised) as first, ended(enter(first, "/bin/sh", "-c", "read x < /dev/zero; :")):
        told = agent.wait(foreign)
        assert (told.verdict, told.rule) == (Verdict.ALLOW, 1)


@pytest.mark.parametrize("mode", ["alert", "block"])
def test_a_rule_ends_it(supervised: Supervised, mode: str) -> None:
    supervised.set_policy(policy(mode, *RULES))
    agent = supervised.listen()
    with container(supervised) as first, ended(enter(first, "/bin/sleep", "64")) as entered:
        told = agent.wait(foreign)
        assert told.rule == 2
        if mode == "alert":
            assert (told.verdict, told.message) == (Verdict.ALERT, "")
            assert entered.poll() is None
        else:
            assert (told.verdict, told.message) == (Verdict.BLOCK, "killed")
            until(lambda: entered.poll() is not None, "its end")
            assert entered.returncode in {-signal.SIGKILL, 128 + signal.SIGKILL}


def test_defaults_and_rules_of_the_application_do_not_end_it(supervised: Supervised) -> None:
    own = {"kind": "exec", "target": SLEEP, "action": "block"}
    allowed = {"kind": "exec", "target": SH}
    supervised.set_policy(policy("block", own, allowed, exec="block"))
    agent = supervised.listen()
    with container(supervised) as first, ended(enter(first, "/bin/sleep", "65")) as entered:
        assert agent.wait(foreign).verdict is Verdict.ALERT
        assert entered.poll() is None


def test_where_the_namespace_is_not_the_containers_nothing_is_foreign(supervised: Supervised) -> None:
    """Else everything on this machine would be."""
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    with ended(supervised.start("/bin/sh", "-c", "read x", stdin=subprocess.PIPE)):
        agent.wait(lambda e: e.kind is Kind.EXEC)
        time.sleep(2)
        assert not [event for event in agent.events if foreign(event)]


def test_looking_costs_next_to_nothing(supervised: Supervised) -> None:
    """Less than a thousandth of a processor, in a container with fifty processes at rest."""
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    script = "i=0; while [ $i -lt 50 ]; do i=$((i+1)); /bin/sleep 60 & done; read x"
    with container(supervised, script) as first:
        until(lambda: sum(e.target == SLEEP for e in agent.events) > 0, "the processes")
        supervisor = max(
            (int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and is_child(p, first)),
            key=lambda pid: len(list(Path(f"/proc/{pid}/task").iterdir())),
        )
        time.sleep(2)
        before, begin = processor_time(supervisor), time.monotonic()
        time.sleep(4)
        share = (processor_time(supervisor) - before) / (time.monotonic() - begin)
        assert share < 0.001, share


STORM = """
import ctypes, os, subprocess, sys, time
first, short, long, at_once = sys.argv[1], *map(int, sys.argv[2:])
namespace = os.open(f"/proc/{first}/ns/pid", os.O_RDONLY)
if ctypes.CDLL(None, use_errno=True).setns(namespace, 0):
    raise OSError(ctypes.get_errno(), "setns")
begin, begun, every = time.monotonic(), [], (short + long) // long
for i in range(short + long):
    lives = f"{60 + i / 1000}" if i % every == 0 and i < long * every else "0.05"
    begun.append(subprocess.Popen(["/bin/sleep", lives]))
    if not at_once:
        time.sleep(max(0, begin + 2 * i / (short + long) - time.monotonic()))
print("begun", flush=True)
sys.stdin.read()
for each in begun:
    each.kill()
"""
"""Each is the child of a process outside, as what `runc exec` puts in."""


@pytest.mark.parametrize(
    ("short", "long", "at_once"), [(300, 40, 0), pytest.param(0, 200, 1, marks=pytest.mark.whole)]
)
def test_a_storm_of_them_is_told(supervised: Supervised, short: int, long: int, at_once: int) -> None:
    """300 that end at once, in two seconds, and 40 that stay; 200 that stay, more than are remembered."""
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    with container(supervised) as first:
        supervisor = supervisor_of(first)
        before = int(status(supervisor)["VmRSS"].split()[0])
        storm = [sys.executable, "-I", "-c", STORM, *map(str, (first, short, long, at_once))]
        entered = subprocess.Popen(storm, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with ended(entered):
            assert entered.stdout and entered.stdin and entered.stdout.readline() == "begun\n"

            def told() -> list[str]:
                return [e.argv[1] for e in list(agent.events) if foreign(e)]

            def stay() -> set[str]:
                return {lives for lives in told() if lives != "0.05"}

            until(lambda: len(stay()) == long, "an event of each that stays")
            time.sleep(2.5)
            assert len(stay()) == long
            if long <= REMEMBERED:
                assert len(told()) - told().count("0.05") == long, "and one only"
            assert told().count("0.05") <= short
            entered.stdin.close()
            entered.wait(20)
        assert int(status(supervisor)["VmRSS"].split()[0]) <= max(2048, before)
        assert agent.events[-1].dropped == 0
        with ended(enter(first, "/bin/sleep", "59")):
            agent.wait(lambda e: foreign(e) and e.argv[1] == "59", "the next after the storm")


def supervisor_of(first: int) -> int:
    """Of the processes of ours, all of them children of the application, the one in charge."""
    return until(lambda: next((pid for pid in children_of(first) if watches(pid)), 0), "the supervisor")


def children_of(parent: int) -> list[int]:
    return [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit() and is_child(p, parent)]


def is_child(process: Path, parent: int) -> bool:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1]) == parent
    except OSError:
        return False


def processor_time(pid: int) -> float:
    """Seconds that all its threads ran, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
