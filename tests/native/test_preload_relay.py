"""The relay of the third engine: whoever can reach its sockets, it believes little."""

import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from supervised import Agent, Supervised, ended, policy, runs, until

from outrider.model.event import FrameType

PRELOAD = ("--engine", "preload")


def relay_of(process: subprocess.Popen[str]) -> tuple[int, str]:
    environment = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
    [meant] = [entry for entry in environment if entry.startswith(b"OUTRIDER_RELAY=")]
    pid, _, name = meant.partition(b"=")[2].decode().partition(":")
    return int(pid), f"\0{name}"


def frame(*fields: tuple[int, bytes], kind: int = 2, version: int = 1) -> bytes:
    body = b"".join(struct.pack("<HH", tag, len(value)) + value for tag, value in fields)
    return struct.pack("<IHHQQQQ", 36 + len(body), version, kind, 4711, 0, 99, 0) + body


EVENT = ((1, b"\0"), (2, b"\2"), (3, struct.pack("<I", 1)), (7, b"/bin/liar"), (9, b"/bin/true"))
NO_EVENTS = {
    "nothing": b"",
    "too short": b"x" * 20,
    "too long": frame(*EVENT) + b"x" * 9000,
    "another length": frame(*EVENT) + b"x",
    "another version": frame(*EVENT, version=2),
    "a start": frame(*EVENT, kind=5),
    "a kind there is not": frame((1, b"\x77"), *EVENT[1:]),
    "a field twice": frame(*EVENT, EVENT[0]),
    "no program": frame(*EVENT[:3]),
    "an instance": frame(*EVENT, (25, b"i" * 16)),
    "an address of no family": frame(*EVENT, (10, b"\7\6\0\0abcd")),
    "a string too long": frame(*EVENT, (18, b"x" * 1025)),
    "a field that is cut": frame(*EVENT)[:-1],
}


@contextmanager
def waiting(preloaded: Supervised) -> Iterator[tuple[subprocess.Popen[str], Agent]]:
    """An application that waits for a line, and the agent that was told of its start."""
    preloaded.set_policy(policy("block"))
    agent = preloaded.listen()
    with ended(preloaded.start("/bin/sh", "-c", "read go", options=PRELOAD, stdin=subprocess.PIPE)) as app:
        agent.wait(lambda e: e.type is FrameType.START, "the start")
        until(lambda: not runs(app.pid, preloaded.binary), "the application")
        yield app, agent


def test_what_is_no_event_is_dropped_and_counted(preloaded: Supervised, place: Path) -> None:
    """From whoever can reach the socket: each keeps a number, and the pid is the kernel's word."""
    with waiting(preloaded) as (app, agent):
        _, name = relay_of(app)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as liar:
            for bad in NO_EVENTS.values():
                liar.sendto(bad, name)
            liar.sendto(frame(*EVENT), name)
        told = agent.wait(lambda e: e.program == "/bin/liar", "the one that is an event")
        assert (told.pid, told.dropped) == (os.getpid(), len(NO_EVENTS))
        assert "was no event" in agent.wait(lambda e: e.type is FrameType.TROUBLE, "a word of it").message
        app.communicate("go\n", timeout=20)
    until(lambda: not preloaded.pids(), "the relay's end")


def test_who_asks_gets_what_only_the_relay_can_write(preloaded: Supervised, place: Path) -> None:
    with waiting(preloaded) as (app, _):
        relay, name = relay_of(app)
        assert [relay] == preloaded.pids()
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(name)
            _, files, *_ = socket.recv_fds(asking, 1, 3)
        state, _, blob = files
        assert os.pread(blob, 1 << 20, 0) == preloaded.file.read_bytes()
        for fd in (state, blob):
            with pytest.raises(PermissionError):
                os.pwrite(fd, b"x", 100)
            with pytest.raises(PermissionError):
                os.ftruncate(fd, 0)
        for fd in files:
            os.close(fd)
        app.communicate("go\n", timeout=20)


ONE = st.tuples(st.integers(0, 40), st.binary(max_size=40) | st.sampled_from([value for _, value in EVENT]))
FRAMES = st.one_of(
    st.binary(max_size=200),
    st.lists(ONE, max_size=12).map(lambda fields: frame(*fields)),
    st.lists(ONE, max_size=6).map(lambda fields: frame(*EVENT, *fields)),
    st.lists(ONE, max_size=6).map(lambda fields: frame(EVENT[2], EVENT[3], *fields, kind=7)),
)


def test_whatever_is_sent_the_agent_gets_only_events(preloaded: Supervised, place: Path) -> None:
    """The agent here decodes strictly, and counts what was received and what was dropped."""
    with waiting(preloaded) as (app, agent):
        _, name = relay_of(app)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as liar:

            @given(st.lists(FRAMES, min_size=20, max_size=40))
            @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
            def everything(frames: list[bytes]) -> None:
                for bad in frames:
                    liar.sendto(bad, name)

            everything()
            liar.sendto(frame(*EVENT[:3], (7, b"/bin/last"), EVENT[4]), name)
        agent.wait(lambda e: e.program == "/bin/last", "the last, which is an event")
        app.communicate("go\n", timeout=20)
    assert agent.broken == []
