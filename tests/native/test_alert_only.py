"""The fleet's switch: while it is on nothing is stopped and all is told; only who has the key throws it."""

import base64
import os
import signal
import time
from pathlib import Path

import pytest
from supervised import Agent, Supervised, policy, until

from outrider.model.event import Event, FrameType, Mode, Verdict
from outrider.policy.signing import local, public_key, sign
from outrider.policy.switch import FILE, Switch, encode

KEY, ANOTHER = bytes(range(32)), bytes(range(1, 33))
SIGNED = ("--key", base64.b64encode(public_key(KEY)).decode())
TRIES = """
import pathlib, sys
for line in sys.stdin:
    try:
        pathlib.Path(line.strip()).write_text("x")
        print("done", flush=True)
    except PermissionError:
        print("stopped", flush=True)
"""


class Writer:
    """A program that tries to write wherever it is told."""

    def __init__(self, supervised: Supervised, place: Path, *options: str) -> None:
        self.supervised, self.place, self.number = supervised, place, 0
        blob = policy("block", write="block")
        supervised.set_policy(sign(blob, KEY) if options else blob)
        self.agent: Agent = supervised.listen()
        self.process = supervised.start("python3", "-c", TRIES, options=options, stdin=-1)

    def tries(self) -> str:
        self.number += 1
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{self.place / str(self.number)}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def throws(self, switch: Switch, key: bytes | None) -> None:
        fresh = self.supervised.file.with_name("new")
        fresh.write_bytes(encode(switch, local(key) if key else None))
        fresh.replace(self.supervised.file.with_name(FILE))

    def told(self, words: str) -> Event:
        return self.agent.wait(lambda e: e.type is FrameType.POLICY and words in e.message, words)


@pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])
def test_on_and_off(supervised: Supervised, place: Path, key: bytes | None) -> None:
    writer = Writer(supervised, place, *(SIGNED if key else ()))
    assert writer.tries() == "stopped"
    writer.throws(Switch(on=True, counter=7, text="kim: checkout is down"), key)
    taken = writer.told("alert-only is on")
    assert "kim: checkout is down" in taken.message and taken.verdict is Verdict.ALLOW
    assert taken.mode is Mode.ALERT
    assert writer.tries() == "done"
    writer.agent.wait(lambda e: e.kind == "write" and e.verdict is Verdict.ALERT, "an alert")
    writer.throws(Switch(on=False, counter=8, text="kim: it was the database"), key)
    assert writer.told("alert-only is off").mode is Mode.BLOCK
    assert writer.tries() == "stopped"


@pytest.mark.parametrize(
    ("key", "why"), [(None, "it is not signed"), (ANOTHER, "its signature does not verify")]
)
def test_without_the_key_nothing_changes(
    supervised: Supervised, place: Path, key: bytes | None, why: str
) -> None:
    writer = Writer(supervised, place, *SIGNED)
    writer.throws(Switch(on=True, counter=1), key)
    assert writer.told(why).verdict is Verdict.BLOCK
    assert writer.tries() == "stopped"


def test_an_old_switch_does_not_come_back(supervised: Supervised, place: Path) -> None:
    writer = Writer(supervised, place, *SIGNED)
    writer.throws(Switch(on=False, counter=9), KEY)
    writer.told("alert-only is off")
    writer.throws(Switch(on=True, counter=8), KEY)
    writer.told("its counter is lower")
    assert writer.tries() == "stopped"


def test_it_ends_by_itself(supervised: Supervised, place: Path) -> None:
    writer = Writer(supervised, place)
    writer.throws(Switch(on=True, counter=1, until=int(time.time()) + 3), None)
    writer.told("alert-only is on")
    assert writer.tries() == "done"
    until(lambda: writer.tries() == "stopped", "off by itself")


def test_a_task_starts_under_it(supervised: Supervised, place: Path) -> None:
    supervised.file.with_name(FILE).write_bytes(encode(Switch(on=True, counter=1, text="kim: all night")))
    writer = Writer(supervised, place)
    assert writer.told("alert-only is on")
    assert writer.tries() == "done"


def test_a_twin_keeps_it(supervised: Supervised, place: Path) -> None:
    writer = Writer(supervised, place, *SIGNED)
    writer.agent.acks_may_be_lost = True
    writer.throws(Switch(on=True, counter=1), KEY)
    writer.told("alert-only is on")
    supervisor, _ = supervised.both()

    os.kill(supervisor, signal.SIGKILL)
    writer.agent.wait(lambda e: e.type is FrameType.TROUBLE and "twin" in e.message, "the twin")
    assert writer.tries() == "done"


def test_damage_changes_nothing(supervised: Supervised, place: Path) -> None:
    writer = Writer(supervised, place)
    whole = encode(Switch(on=True, counter=1, text="x" * 40), local(KEY))
    wrong = [
        whole[:47],
        whole + b"x",
        b"OUTRSWI2" + whole[8:],
        whole[:12] + b"\xff" + whole[13:],
        b"",
        whole * 30,
    ]
    for data in wrong:
        before = len(writer.agent.of_type(FrameType.POLICY))
        fresh = supervised.file.with_name("new")
        fresh.write_bytes(data)
        fresh.replace(supervised.file.with_name(FILE))
        until(lambda n=before: len(writer.agent.of_type(FrameType.POLICY)) > n, "told")  # type: ignore[misc]
        assert "refused" in writer.agent.of_type(FrameType.POLICY)[-1].message
    assert writer.tries() == "stopped"
