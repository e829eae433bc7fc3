"""Calls that wait for a name: signals do not make them wait anew, and a crowd of them holds nobody up."""

import importlib.util
import json
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from names_network import Inside, Network, network
from supervised import policy

from outrider.model.event import FrameType, Verdict
from sidecar.names_table import NamesTable

ROOT = Path(__file__).parents[2]
BY_NAME = {"kind": "connect", "name": "*.shop.test"}
SOUND = "&& killable_is_sound(&looking)"

SIGNALLED = """
import signal, socket
signal.signal(signal.SIGALRM, lambda *_: None)
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
for port in (1, 2, 3):
    try:
        socket.create_connection(('10.9.0.1', port))
    except PermissionError:
        print('stopped', flush=True)
signal.setitimer(signal.ITIMER_REAL, 0)
"""
CROWD = """
import os, socket, threading
said, ready = [], threading.Barrier(25)
def connect(number):
    ready.wait()
    try:
        socket.create_connection(('10.9.0.1', number))
    except PermissionError:
        said.append(number)
threads = [threading.Thread(target=connect, args=(number,)) for number in range(1, 25)]
for thread in threads: thread.start()
ready.wait()
for number in range(200):  # decided by the others meanwhile
    open('/dev/null', 'w').close()
print('written', len(said) < 24)
for thread in threads: thread.join()
print(sorted(said) == list(range(1, 25)))
"""


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with network(tmp_path_factory.mktemp("net")) as made:
        yield made


def inside(binary: Path, where: Path, net: Network, program: str) -> tuple[Inside, str]:
    """Run a program beside a table whose writer lives; what it printed."""
    started = Inside(binary, where / "volume", net)
    started.set_policy(policy("block", BY_NAME, connect="block"))
    agent = started.listen()
    table = NamesTable(started.volume / "run" / "names")
    table.open(reading=True)
    over = threading.Event()

    def lives() -> None:
        while not over.wait(0.5):
            table.sign_of_life(True)

    writer = threading.Thread(target=lives)
    writer.start()
    try:
        done = started.run(sys.executable, "-c", program, timeout=30)
    finally:
        over.set()
        writer.join()
    agent.wait(lambda e: e.verdict is Verdict.BLOCK)
    table.close()
    agent.close()
    assert agent.broken == []
    assert done.returncode == 0, done.stderr
    return started, done.stdout


@pytest.fixture(scope="module")
def without_killable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A supervisor as it is on kernels before 5.19: a signal interrupts a call that waits."""
    where = tmp_path_factory.mktemp("native")
    shutil.copytree(ROOT / "native", where / "native", ignore=shutil.ignore_patterns("__pycache__"))
    probe = where / "native" / "probe.c"
    text = probe.read_text()
    assert text.count(SOUND) == 1
    probe.write_text(text.replace(SOUND, f"{SOUND} && false"))
    spec = importlib.util.spec_from_file_location("native_build", ROOT / "native" / "build.py")
    assert spec and spec.loader
    build = importlib.util.module_from_spec(spec)
    sys.modules["native_build"] = build
    spec.loader.exec_module(build)
    targets = [target for target in build.TARGETS if target.name == "outrider-run"]
    [made] = build.build(where / "out", platform.machine(), targets=targets, sources=where / "native")
    assert json.loads(subprocess.check_output([made, "probe"]))["wait_killable"] is False
    return Path(made)


def test_a_call_that_signals_restart_keeps_its_deadline(
    without_killable: Path, tmp_path: Path, net: Network
) -> None:
    """Every 5 ms, as Go does every 10: were the 50 ms begun anew each time, it would never end."""
    started, said = inside(without_killable, tmp_path, net, SIGNALLED)
    assert said.split() == ["stopped"] * 3
    assert started.agent
    stopped = [e.address.port for e in started.agent.of("connect") if e.address]
    assert stopped == [1, 2, 3], "one event each"


def test_a_signal_does_not_disturb_a_call_that_waits(binary: Path, tmp_path: Path, net: Network) -> None:
    _, said = inside(binary, tmp_path, net, SIGNALLED)
    assert said.split() == ["stopped"] * 3


def test_a_crowd_holds_nobody_up_and_is_counted(binary: Path, tmp_path: Path, net: Network) -> None:
    started, said = inside(binary, tmp_path, net, CROWD)
    assert said.split()[0] == "written" and said.split()[-1] == "True"
    assert started.agent
    complaints = [e.message for e in started.agent.of_type(FrameType.TROUBLE)]
    assert complaints and all("too many waited" in message for message in complaints)
