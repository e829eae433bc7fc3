"""Whatever ends a run, nothing of it is left; and an ordinary user can have one, too."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import outrider

HERE = Path(__file__).parent
PACKAGE = Path(outrider.__file__).parent
WAITS = """
import sys
from outrider.cli.emulator.local_function import LocalFunction
with LocalFunction(sys.argv[1], "app.handler", "provided.al2023") as function:
    print(function.invoke(b"up").payload.decode(), flush=True)
    print(function.invoke(b"and on").payload.decode(), flush=True)
    sys.stdin.read()
"""
_WAIT = 20_000
"""Milliseconds to wait for the end of a process."""


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A directory every user may go through, as the temporary directory of what is run."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)


def start(scratch: Path, *prefix: str, python: str = sys.executable) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGE.parent), "TMPDIR": str(scratch)}
    return subprocess.Popen(
        [*prefix, python, "-c", WAITS, str(HERE / "code")],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def descendants(pid: int) -> list[int]:
    """Processes below this one."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *descendants(child)]
    return found


def wait_gone(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        assert poll.poll(_WAIT), "a process of the sandbox is still there"
        os.close(descriptor)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_nothing_is_left(scratch: Path, number: signal.Signals) -> None:
    process = start(scratch)
    assert process.stdout is not None
    assert process.stdout.readline() == "UP\n"
    below = descendants(process.pid)
    assert len(below) == 3, "the stage, the first process of the sandbox, the runtime"
    descriptors = [os.pidfd_open(pid) for pid in below]
    assert [path.name[:18] for path in scratch.iterdir()] == ["outrider-function-"]
    process.send_signal(number)
    process.communicate()
    wait_gone(descriptors)
    assert list(scratch.iterdir()) == []
    assert str(scratch) not in Path("/proc/mounts").read_text()


def test_nothing_is_left_of_a_run_that_ends_by_itself(scratch: Path) -> None:
    process = start(scratch)
    assert process.communicate("", timeout=60)[0] == "UP\nAND ON\n"
    assert process.returncode == 0
    assert list(scratch.iterdir()) == []


def test_an_ordinary_user(scratch: Path) -> None:
    """Its own user namespace does what root does above; the package is copied to where it can read it."""
    left_out = shutil.ignore_patterns("_native", "__pycache__")
    for source, target in ((PACKAGE, scratch / "package/outrider"), (HERE / "code", scratch / "code")):
        shutil.copytree(source, target, ignore=left_out)
    prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(scratch / "package"), "TMPDIR": str(scratch)}
    done = subprocess.run(
        [*prefix, "/usr/bin/python3", "-c", WAITS, str(scratch / "code")],
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "UP\nAND ON\n", done.stderr
    assert {path.name for path in scratch.iterdir()} == {"package", "code"}


def test_where_no_sandbox_is_permitted(scratch: Path) -> None:
    """Without the right to make namespaces it says so."""
    code = (
        "import ctypes, sys\n"
        "from outrider.cli.emulator.stage import kernel\n"
        "from outrider.function.seccomp_program import program\n"
        "import platform\n"
        "kernel.confine(program(platform.machine()))\n" + WAITS
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGE.parent), "TMPDIR": str(scratch)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(HERE / "code")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no sandbox for functions on this machine: new namespaces: Operation not permitted" in done.stderr
    assert list(scratch.iterdir()) == []
