"""The supervisor's death changes nothing: a twin goes on. With all gone, trapped calls fail."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from supervised import LIVES, Agent, Supervised, ended, policy, until

from outrider.model.event import FrameType

LOAD = """
import os, sys
failed = calls = 0
sys.stdout.write("ready\\n"); sys.stdout.flush()
while not os.path.exists("stop"):
    for action in (lambda: os.close(os.open("file", os.O_CREAT | os.O_WRONLY)),
                   lambda: os.mkdir("d"), lambda: os.rmdir("d"),
                   lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)):
        calls += 1
        try:
            action()
        except OSError as error:
            failed += 1
            print(error, flush=True)
    try:
        os.open("/etc/outrider-test-denied", os.O_CREAT | os.O_WRONLY)
        print("was not stopped", flush=True)
    except PermissionError:
        pass
print(calls > 100, failed)
"""


DONE_TWICE = {"[Errno 17] File exists: 'd'", "[Errno 2] No such file or directory: 'd'"}
"""What the one call may answer that the kernel had just carried out when the supervisor was killed in it."""


def under_load(supervised: Supervised, place: Path) -> subprocess.Popen[str]:
    supervised.set_policy(
        policy("block", {"kind": "write", "target": f"{place}/**"}, write="block", report=True)
    )
    return supervised.start(sys.executable, "-I", "-c", LOAD, cwd=place)


def kill_and_wait_for_another(supervised: Supervised) -> None:
    supervisor, twin = supervised.both()
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: supervisor not in supervised.pids() and twin in supervised.pids(), "the death")
    assert supervised.both()[0] == twin, "the twin is the supervisor now, and has a twin"


def test_no_call_fails_when_the_supervisor_dies(supervised: Supervised, place: Path) -> None:
    agent = supervised.listen()
    agent.acks_may_be_lost = True
    with ended(under_load(supervised, place)) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        for _ in range(LIVES - 1):
            agent.wait(lambda e: e.target == "/etc/outrider-test-denied")
            kill_and_wait_for_another(supervised)
            seen = agent.last_seq
            until(lambda seen=seen: agent.last_seq > seen, "events after the death")
        (place / "stop").touch()
        out, error = process.communicate(timeout=30)
        *failed, summary = out.splitlines()
        assert (summary.split()[0], error) == ("True", "")
        assert len(failed) <= LIVES - 1
        assert set(failed) <= DONE_TWICE
    assert len(agent.of_type(FrameType.START)) == 1
    assert len({hello.instance for hello in agent.hellos}) == 1
    troubles = [e.message for e in agent.of_type(FrameType.TROUBLE)]
    assert [message for message in troubles if "could not be verified" not in message] == [
        *["the supervisor died; its twin has taken over"] * (LIVES - 1),
        "no twin of the launch is left: one that takes over from here on is not guarded against signals",
    ]
    assert not Path("/etc/outrider-test-denied").exists()


def test_the_policy_in_force_survives(supervised: Supervised, place: Path) -> None:
    """Also when it came after the twin, and when what lies in its place by now is none."""
    agent = supervised.listen()
    agent.acks_may_be_lost = True
    supervised.set_policy(policy("alert", counter=1))
    script = "read go; echo x > new; echo $?; read go; echo x > new; echo $?; read go"
    with ended(supervised.start("/bin/sh", "-c", script, cwd=place, stdin=subprocess.PIPE)) as process:
        assert process.stdin and process.stdout
        supervised.both()
        supervised.set_policy(policy("block", counter=2, write="block"))
        agent.wait(lambda e: e.type is FrameType.POLICY and e.policy_counter == 2)
        supervised.set_policy(b"nonsense")
        agent.wait(lambda e: e.type is FrameType.POLICY and "policy" in e.message)
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "2\n"
        kill_and_wait_for_another(supervised)
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "2\n"
    assert not (place / "new").exists()


def test_with_all_gone_trapped_calls_fail_closed(supervised: Supervised, place: Path) -> None:
    supervised.set_policy(policy("alert"))
    script = """
import os, sys
print("ready", flush=True)
sys.stdin.readline()
for action in (lambda: os.open("new", os.O_CREAT | os.O_WRONLY),
               lambda: os.execv("/bin/true", ["true"]), lambda: os.mkdir("d"),
               lambda: open("/etc/hostname").read() and 0, lambda: os.getpid() and 0):
    try:
        print(action())
    except OSError as error:
        print(error.strerror)
"""
    with ended(
        supervised.start(sys.executable, "-I", "-c", script, cwd=place, stdin=subprocess.PIPE)
    ) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        all_of_them = supervised.pids()
        for pid in all_of_them:
            os.kill(pid, signal.SIGSTOP)  # so that none sees another's end
        for pid in reversed(all_of_them):
            os.kill(pid, signal.SIGKILL)
        until(lambda: not supervised.pids(), "all deaths")
        out, _ = process.communicate("go\n", timeout=30)
        assert out.splitlines() == [*["Function not implemented"] * 3, "0", "0"]
    assert list(place.iterdir()) == []


def test_events_wait_for_an_agent_that_comes_back(supervised: Supervised, place: Path) -> None:
    """Killed in the middle: nothing is lost, nothing acknowledged is told twice (the agent checks both)."""
    agent = supervised.listen()
    with ended(under_load(supervised, place)) as process:
        agent.wait(lambda e: e.target == "/etc/outrider-test-denied")
        agent.close()
        seen, acknowledged = list(agent.events), agent.acknowledged
        assert process.poll() is None
        agent = supervised.agent = Agent(supervised.socket)
        agent.events, agent.acknowledged = seen, acknowledged
        until(lambda: agent.hellos, "a second connection")
        (place / "stop").touch()
        out, _ = process.communicate(timeout=30)
        assert out == "ready\nTrue 0\n"
        until(lambda: len(agent.of_type(FrameType.REPEAT)) > 0, "repeats, told after the return")
