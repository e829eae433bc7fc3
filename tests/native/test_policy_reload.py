"""A new policy by rename, under load: no call fails but by policy, and what is no good changes nothing."""

import base64
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from supervised import Agent, Supervised, ended, policy, until

from outrider.model.event import Event, FrameType, Verdict
from outrider.policy.blob import decode
from outrider.policy.signing import public_key, sign

SWAPS = 100
KEY, ANOTHER = bytes(range(32)), bytes(range(1, 33))
PUBLIC = base64.b64encode(public_key(KEY)).decode()
RIGHT = ("--key", PUBLIC)


@pytest.fixture
def worked(place: Path) -> Path:
    """Where writes.c works."""
    for name in ("allowed", "other"):
        (place / name).mkdir()
    return place


def rule(place: Path) -> dict[str, str]:
    return {"kind": "write", "target": f"{place}/allowed/**"}


def counts(line: str) -> tuple[int, int, int]:
    """Done, refused by the policy, failed otherwise."""
    done, refused, otherwise = map(int, re.findall(r"(\d+) (?:well|refused|otherwise)", line))
    return done, refused, otherwise


def taken(agent: Agent, counter: int) -> Event:
    return agent.wait(
        lambda e: e.type is FrameType.POLICY and e.verdict is Verdict.ALLOW and e.policy_counter == counter,
        f"policy {counter} in force",
    )


def refusals(agent: Agent) -> list[str]:
    return [e.message for e in agent.of_type(FrameType.POLICY) if e.verdict is Verdict.BLOCK]


def refused(agent: Agent, why: str) -> None:
    until(lambda: why in refusals(agent), f"refused: {why}")


def finish(process: subprocess.Popen[str]) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    out, _ = process.communicate("", timeout=30)
    assert process.returncode == 0
    allowed, other = out.splitlines()[-2:]
    return counts(allowed), counts(other)


def start_work(
    supervised: Supervised, program: Callable[[str], Path], place: Path, options: tuple[str, ...] = ()
) -> subprocess.Popen[str]:
    process = supervised.start(program("writes"), options=options, cwd=place, stdin=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == "under way\n"
    return process


def test_a_hundred_swaps_under_load(
    supervised: Supervised, program: Callable[[str], Path], worked: Path
) -> None:
    supervised.set_policy(policy("alert", rule(worked), write="block"))
    agent = supervised.listen()
    process = start_work(supervised, program, worked)
    with ended(process):
        for counter in range(2, SWAPS + 2):
            mode = "alert" if counter % 2 else "block"
            supervised.set_policy(policy(mode, rule(worked), counter=counter, write="block"))
            assert taken(agent, counter).mode == mode
        allowed, other = finish(process)
    assert allowed[0] > SWAPS
    assert allowed[1:] == (0, 0)
    assert min(other[:2]) > 0, "both modes were seen at work"
    assert other[2] == 0
    assert refusals(agent) == []


def test_a_burst_of_swaps_ends_with_the_last(
    supervised: Supervised, program: Callable[[str], Path], worked: Path
) -> None:
    supervised.set_policy(policy("block", rule(worked), write="block"))
    agent = supervised.listen()
    process = start_work(supervised, program, worked)
    with ended(process):
        for counter in range(2, 1002):
            supervised.set_policy(policy("block", rule(worked), counter=counter, write="block"))
        taken(agent, 1001)
        allowed, other = finish(process)
    assert allowed[1:] == (0, 0)
    assert (other[0], other[2]) == (0, 0)
    assert set(refusals(agent)) <= {"earlier policies are still being decided by; it will be tried again"}


@pytest.fixture
def blocking(supervised: Supervised, place: Path) -> Supervised:
    """Policy 7, which forbids `forbidden`, is in force; a shell reads commands."""
    supervised.set_policy(policy("block", counter=7, write="block"))
    supervised.listen()
    script = (
        'while read -r word; do if echo "$word" >>forbidden; then echo wrote; else echo refused; fi; done'
    )
    supervised.start("/bin/sh", "-c", script, cwd=place, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert say(supervised) == "refused"
    return supervised


def say(supervised: Supervised) -> str:
    """What a write is answered now."""
    process = supervised.process
    assert process
    assert process.stdin
    assert process.stdout
    process.stdin.write("word\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def agent_of(supervised: Supervised) -> Agent:
    assert supervised.agent
    return supervised.agent


GOOD = policy("alert", counter=8)
BAD = {
    "counter": (policy("alert", counter=6), "its counter is lower than that of the policy in force"),
    "noise": (b"x" * 500, "not a compiled policy"),
    "empty": (b"", "too short for a policy"),
    "cut": (GOOD[:-1], "its size is not what it says (truncated?)"),
    "oversize": (bytes((1 << 20) + 1), "larger than a policy may be"),
    "damaged": (GOOD[:24] + bytes([GOOD[24] ^ 1]) + GOOD[25:], "a checksum that does not match (damaged?)"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_good_is_refused_and_the_old_one_stays(what: str, blocking: Supervised) -> None:
    blob, why = BAD[what]
    agent = agent_of(blocking)
    blocking.set_policy(blob)
    refusal = agent.wait(lambda e: e.type is FrameType.POLICY, "a refusal")
    assert (refusal.verdict, refusal.message) == (Verdict.BLOCK, why)
    assert (refusal.policy_counter, refusal.mode) == (7, "block"), "it names the one that stays"
    assert say(blocking) == "refused"
    blocking.set_policy(GOOD)
    assert taken(agent, 8).policy_id == decode(GOOD).policy.id.hex()
    assert say(blocking) == "wrote", "afterwards a good one is taken all the same"


def test_the_file_going_away_changes_nothing(blocking: Supervised) -> None:
    blocking.file.unlink()
    (blocking.file.parent / "other.policy").write_bytes(policy("alert", counter=9))
    assert say(blocking) == "refused"
    blocking.file.mkdir()
    assert say(blocking) == "refused"
    blocking.file.rmdir()
    blocking.set_policy(GOOD)
    taken(agent_of(blocking), 8)
    assert say(blocking) == "wrote"


def test_the_same_counter_may_come_again(blocking: Supervised) -> None:
    blocking.set_policy(policy("alert", counter=7))
    taken(agent_of(blocking), 7)
    assert say(blocking) == "wrote"


def test_without_a_policy_the_first_one_that_comes_is_taken(supervised: Supervised, place: Path) -> None:
    agent = supervised.listen()
    script = "read -r word; echo x >file && echo wrote"
    process = supervised.start("/bin/sh", "-c", script, cwd=place, stdin=subprocess.PIPE)
    with ended(process):
        agent.wait(lambda e: e.type is FrameType.START and e.message == "the file does not exist")
        supervised.set_policy(policy("block", counter=0, write="block"))
        assert taken(agent, 0).mode == "block"
        out, _ = process.communicate("go\n", timeout=20)
    assert out == ""


UNSIGNED = {
    "unsigned": (GOOD, "it is not signed, and a key was given"),
    "another key": (sign(GOOD, ANOTHER), "its signature does not verify"),
    "bit flipped": (sign(GOOD, KEY)[:-1] + bytes([sign(GOOD, KEY)[-1] ^ 1]), "its signature does not verify"),
    "signature of another policy": (
        sign(GOOD, KEY)[:-64] + sign(policy("alert", counter=9), KEY)[-64:],
        "its signature does not verify",
    ),
    "lower counter": (
        sign(policy("alert", counter=2), KEY),
        "its counter is lower than that of the policy in force",
    ),
}


@pytest.mark.parametrize("what", UNSIGNED)
def test_under_a_key_only_what_it_signed_is_taken(what: str, supervised: Supervised, place: Path) -> None:
    blob, why = UNSIGNED[what]
    agent = supervised.listen()
    if what != "lower counter":  # at the start any counter will do
        supervised.set_policy(blob)
        refusal = supervised.run("/bin/true", options=(*RIGHT, "--on-failure", "security"))
        assert refusal.returncode == 70
        assert why in refusal.stderr
    supervised.set_policy(sign(policy("block", counter=7, write="block"), KEY))
    script = 'while read -r word; do echo "$word" >>forbidden && echo wrote || echo refused; done'
    process = supervised.start(
        *("/bin/sh", "-c", script), options=RIGHT, cwd=place, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with ended(process):
        assert agent.wait(lambda e: e.type is FrameType.START).message == ""
        assert say(supervised) == "refused"
        supervised.set_policy(blob)
        refused(agent, why)
        assert say(supervised) == "refused"
        supervised.set_policy(sign(GOOD, KEY))
        taken(agent, 8)
        assert say(supervised) == "wrote"


LEARNING = policy("alert", counter=0, report=True, resolve="allow")


def test_the_agents_own_policy_needs_no_signature_while_there_is_no_other(
    supervised: Supervised, place: Path
) -> None:
    agent = supervised.listen()
    supervised.set_policy(LEARNING)
    script = 'while read -r word; do echo "$word" >>forbidden && echo wrote || echo refused; done'
    process = supervised.start(
        *("/bin/sh", "-c", script), options=RIGHT, cwd=place, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with ended(process):
        assert agent.wait(lambda e: e.type is FrameType.START).message == ""
        assert say(supervised) == "wrote"
        supervised.set_policy(sign(policy("block", counter=7, write="block"), KEY))
        taken(agent, 7)
        supervised.set_policy(LEARNING)
        refused(agent, "it is not signed, and a key was given")
        assert say(supervised) == "refused"
    done = supervised.run("/bin/true", options=RIGHT)
    assert (done.returncode, done.stderr) == (0, "")
    secure = supervised.run("/bin/true", options=(*RIGHT, "--on-failure", "security"))
    assert secure.returncode == 70 and "it is not signed" in secure.stderr


@pytest.mark.parametrize(
    "blob",
    [
        policy("alert", counter=1, report=True, resolve="allow"),
        policy("alert", counter=0, resolve="allow"),
        policy("alert", counter=0, report=True, exec="alert", resolve="allow"),
        policy("alert", {"kind": "write", "target": "/x"}, counter=0, report=True, resolve="allow"),
    ],
    ids=["counter", "silent", "not all", "rules"],
)
def test_whatever_else_is_not_signed_is_complained_of(supervised: Supervised, blob: bytes) -> None:
    supervised.set_policy(blob)
    done = supervised.run("/bin/true", options=RIGHT)
    assert done.returncode == 0 and "it is not signed" in done.stderr


def test_a_signed_policy_is_taken_without_a_key_too(supervised: Supervised) -> None:
    supervised.set_policy(sign(GOOD, ANOTHER))
    done = supervised.run("/bin/true", options=("--on-failure", "security"))
    assert (done.returncode, done.stderr) == (0, "")


def test_one_that_comes_during_the_launch_is_taken(binary: Path, tmp_path: Path) -> None:
    """Whenever in it: between the first look at the file and the watch on its directory too."""
    for turn in range(20):
        supervised = Supervised(binary, tmp_path / str(turn))
        supervised.set_policy(policy("alert", counter=1))
        agent = supervised.listen()
        with ended(supervised.start("/bin/sh", "-c", "read x", stdin=subprocess.PIPE)):
            time.sleep(turn * 0.0004)
            supervised.set_policy(policy("alert", counter=2))
            agent.wait(
                lambda e: e.type in (FrameType.START, FrameType.POLICY) and e.policy_counter == 2,
                f"policy 2 in force, turn {turn}",
            )
        agent.close()
