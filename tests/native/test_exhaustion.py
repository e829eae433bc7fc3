"""When something runs out the supervisor fails closed, and says so."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import LIVES, Supervised, ended, policy, runs, until

Compile = Callable[[str], Path]

OPENS = """
import os, sys, threading
def wait():
    try:
        os.open("fifo", os.O_WRONLY)
    except OSError as error:
        answers.append(error.strerror)
answers = []
for _ in range(60):
    threading.Thread(target=wait, daemon=True).start()
while len(answers) < 20:
    pass
print(sorted(set(answers)))
for path in ("shut", "free"):
    try:
        os.open(path, os.O_CREAT | os.O_WRONLY)
    except OSError as error:
        print(error.strerror)
sys.stdout.flush()
os.kill(os.getpid(), 9)
"""


def test_without_a_free_descriptor_calls_fail_and_an_event_says_so(
    supervised: Supervised, place: Path
) -> None:
    os.mkfifo(place / "fifo")
    supervised.set_policy(policy("block", {"kind": "write", "target": f"{place}/f*"}, write="block"))
    agent = supervised.listen()
    under = ["prlimit", "--nofile=40:40", *supervised.command(sys.executable, "-I", "-c", OPENS)]
    with ended(subprocess.Popen(under, cwd=place, text=True, stdout=subprocess.PIPE)) as process:
        assert process.stdout
        out, _ = process.communicate(timeout=60)
        assert out.splitlines()[0] == "['Too many open files in system']"
        assert len(out.splitlines()) == 3, "neither of the two was opened"
    assert not (place / "shut").exists()
    agent.wait(lambda e: "no descriptor was free" in e.message)


@pytest.mark.parametrize("most", [20, 40, 100])
def test_with_few_processes_allowed_there_are_fewer_twins(
    most: int, supervised: Supervised, place: Path
) -> None:
    """A limit of the user's, as a pids cgroup sets it for all; the application gets what is left."""
    supervised.set_policy(policy("block", {"kind": "write", "target": f"{place}/w"}, write="block"))
    agent = supervised.listen()
    limited = [
        "setpriv",
        "--reuid",
        str(50_000 + os.getpid()),
        "--clear-groups",
        "prlimit",
        f"--nproc={most}:{most}",
    ]
    program = supervised.command("/bin/sh", "-c", f"echo x > {place}/w; read x")
    with ended(subprocess.Popen([*limited, *program], stdin=subprocess.PIPE)) as process:
        until(lambda: (place / "w").exists() or process.poll() is not None, "the application at work")
        assert process.poll() is None
        supervised.process = process  # type: ignore[assignment]
        wanted = LIVES if most == 100 else 2 if most == 40 else 1
        until(
            lambda: len(supervised.pids()) == max(2, wanted), "the twins there is room for"
        )  # or a late one
        if wanted < LIVES:
            agent.wait(lambda e: "not all twins" in e.message)
        assert process.stdin
        process.stdin.close()


def test_a_stopped_supervisor_answers_nobody_and_goes_on(
    supervised: Supervised, program: Compile, place: Path
) -> None:
    """Stopped from outside: inside nobody can (the filter). No twin takes over from one that lives."""
    supervised.set_policy(policy("block"))
    process = supervised.start(program("gaps"), "entries", "4", place, stdin=subprocess.PIPE)
    with ended(process):
        assert process.stdin and process.stdout
        until(lambda: not runs(process.pid, supervised.binary), "the application")

        def asked() -> list[int]:
            assert process.stdin and process.stdout
            process.stdin.write("\n")
            process.stdin.flush()
            return [int(word) for word in process.stdout.readline().split()]

        until(lambda: asked()[1] > 10, "the load")
        everybody = supervised.pids()
        os.kill(everybody[0], signal.SIGSTOP)
        time.sleep(0.3)
        asked()
        time.sleep(0.3)
        assert asked()[1] == 0, "nothing is answered while it is stopped"
        os.kill(everybody[0], signal.SIGCONT)
        until(lambda: asked()[1] > 10, "answers")
        assert supervised.pids() == everybody
        assert asked()[2:] == [0, 0]
