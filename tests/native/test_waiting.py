"""Nothing that waits holds up another caller, and nothing of a caller that went away stays behind."""

import contextlib
import fcntl
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from supervised import Supervised, ended, policy, until

LONGEST = 2_000_000
"""Microseconds one round of work may take at the very most, on a machine under load: far below the forty-five
seconds of a lease or for ever, which is what a round takes that is held up."""


@pytest.fixture
def full_listener() -> Iterator[int]:
    """A port whose backlog is full: connects to it wait."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for each in waiting:
            each.close()


@pytest.fixture
def leased(place: Path) -> Iterator[Path]:
    """A file as slow to open as on a network that is gone: a lease that is not given up (fcntl(2))."""
    path = place / "leased"
    path.touch()
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    with path.open() as file:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        yield path
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    signal.signal(signal.SIGIO, before)


def left(supervisor: int) -> tuple[int, int]:
    """Its descriptors and threads, less the pidfds and status files it remembers some 200 callers by."""
    process = Path(f"/proc/{supervisor}")
    kept = []
    for each in (process / "fd").iterdir():
        with contextlib.suppress(OSError):
            kept.append(str(each.readlink()))
    remembered = re.compile(r".*pidfd|/proc/\d+/status")
    return len([name for name in kept if not remembered.match(name)]), len(list((process / "task").iterdir()))


def others_go_on_while(
    crowd: list[str | Path], supervised: Supervised, program: Callable[[str], Path], place: Path
) -> None:
    """Starts the crowd and the work under one supervisor; then kills the crowd."""
    script = (
        '"$@" & crowd=$!; read go; '
        f"{program('waiters')} work {place} 50; "
        f"read go; kill -9 $crowd; wait $crowd; echo killed; read go"
    )
    supervised.set_policy(policy("block"))
    agent = supervised.listen()
    process = supervised.start("/bin/sh", "-c", script, "sh", *crowd, stdin=subprocess.PIPE)
    with ended(process):
        assert process.stdin and process.stdout
        supervisor, _ = supervised.both()
        first = process.stdout.readline()
        assert first == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()
        longest = process.stdout.readline()
        assert longest.strip().isdigit(), longest
        assert int(longest) < LONGEST
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "killed\n"
        until(lambda: left(supervisor)[0] < 48, "the descriptors of the dead were closed")
        assert left(supervisor)[1] == 13
        process.stdin.close()
        process.wait(30)
    assert not [e.message for e in agent.events if e.message]


def test_connects(
    supervised: Supervised, program: Callable[[str], Path], place: Path, full_listener: int
) -> None:
    others_go_on_while([program("waiters"), "connect", str(full_listener), "200"], supervised, program, place)


def test_fifos(supervised: Supervised, program: Callable[[str], Path], place: Path) -> None:
    os.mkfifo(place / "fifo")
    others_go_on_while([program("waiters"), "fifo", place / "fifo", "300"], supervised, program, place)


def test_slow_files(
    supervised: Supervised, program: Callable[[str], Path], place: Path, leased: Path
) -> None:
    others_go_on_while([program("waiters"), "slow", leased, "8"], supervised, program, place)


def test_full_sockets(supervised: Supervised, program: Callable[[str], Path], place: Path) -> None:
    others_go_on_while([program("waiters"), "send", "x", "200"], supervised, program, place)
