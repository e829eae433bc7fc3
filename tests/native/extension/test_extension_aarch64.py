"""The extension of the other architecture, under qemu-user: a life of it, from registering to SHUTDOWN."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from extension_fixtures import NATIVE, ROOT, run
from policies import act, policy, written
from running import Running
from strict_platform import Event, StrictPlatform

from outrider.model.event import Kind, Verdict
from outrider.policy.signing import format_key, public_key, sign

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
GOOD, BAD = b'{"Records":[{"eventSource":"aws:sqs"}]}', b'{"a":1}'
Emulated = Callable[[bytes], Running]


@pytest.fixture(scope="module")
def words() -> list[str]:
    """What starts it here, and itself."""
    run([sys.executable, NATIVE / "build.py", "--only", "extension", "--arch", "aarch64"])
    binary = str(ROOT / "outrider" / "_native" / "aarch64" / "extension")
    if os.uname().machine == "aarch64":
        return [binary]
    qemu = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    assert qemu, "no qemu-aarch64: apt-get install qemu-user-static"
    return [qemu, binary]


@pytest.fixture
def emulated(words: list[str], tmp_path: Path, platform: StrictPlatform) -> Iterator[Emulated]:
    """Starts it; its policy takes events of a queue alone, and is signed with this key."""
    started: list[Running] = []

    def start(key: bytes) -> Running:
        rule = {"kind": "invoke", "source": "aws:sqs", "keys": "Records"}
        source = written(tmp_path, sign(policy("block", rule, invoke="block"), key))
        settings = {"OUTRIDER_POLICY": source, "OUTRIDER_POLICY_KEY": format_key(public_key(KEY))}
        *under, binary = words
        started.append(Running(Path(binary), tmp_path, platform, *under, **settings))
        return started[-1]

    yield start
    for one in started:
        one.end()


def test_events_are_refused_and_acts_are_told(emulated: Emulated, platform: StrictPlatform) -> None:
    running = emulated(KEY)
    assert running.port  # the socket is there when the port is
    running.send(act(kind=Kind.EXEC, verdict=Verdict.BLOCK, target="/bin/id"))
    platform.events.put(Event(BAD, id="bad"))
    platform.events.put(Event(GOOD, id="good"))
    client = running.client()
    _, headers, body = client.next()
    assert (headers["lambda-runtime-aws-request-id"], body) == ("good", GOOD)
    assert [one.path.split("/")[4] for one in platform.of("/error")] == ["bad"]
    assert client.respond("good", b"[" + b"1," * 100_000 + b"1]") == 202
    assert running.shut_down() == 0
    told = {one["kind"]: one["verdict"] for one in running.said(type="event")}
    assert told == {"exec": "block", "invoke": "block"}
    (counted,) = running.said("outrider.invocations/1")
    assert (counted["invocations"], counted["refused"], counted["restarts"]) == (1, 1, 0)


def test_a_policy_that_another_key_signed_decides_nothing(
    emulated: Emulated, platform: StrictPlatform
) -> None:
    running = emulated(OTHER)
    platform.events.put(Event(BAD, id="bad"))
    client = running.client()
    assert client.next()[2] == BAD
    assert client.respond("bad") == 202
    running.shut_down()
    assert "does not verify" in running.said(type="trouble")[0]["message"]
