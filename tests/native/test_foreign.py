"""What the platform puts into a container beside the application, played by nsenter: it is told, or ended."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from supervised import Supervised, ended, policy, runs, until

from outrider.model.event import Event, Kind, Verdict

SLEEP = str(Path("/bin/sleep").resolve())
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


def is_child(process: Path, parent: int) -> bool:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1]) == parent
    except OSError:
        return False


def processor_time(pid: int) -> float:
    """Seconds that all its threads ran, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
