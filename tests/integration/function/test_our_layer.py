"""The layer's extension dies under a warm function: what Lambda makes of that, and that the guard stays."""

import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from outrider.cli.emulator.local_function import LocalFunction

OUTRIDER = (sys.executable, "-c", "from outrider.cli.main import main; main()")
SHELL = {"do": "run", "argv": ["sh", "-c", "echo from a shell"]}
ECHO = {"do": "echo", "said": "hello"}
NAME = f"dies-{os.getpid()}"
"""By which our environments are known from others'."""


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("layer")
    command = (*OUTRIDER, "layer", "build", "--arch", platform.machine(), "-o", str(made))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made / f"outrider-layer-{platform.machine()}.zip"


@pytest.fixture
def function(local: Callable[..., LocalFunction], layer: Path) -> LocalFunction:
    """In block mode, and warm."""
    environment = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/outrider/bin/wrap", "OUTRIDER_MODE": "block"}
    made = local(layers=(layer,), environment=environment, timeout=20, name=NAME)
    assert answered(made)
    return made


def answered(function: LocalFunction) -> bool:
    response = function.invoke(ECHO)
    return not response.error and response.json() == ECHO


def refused(function: LocalFunction) -> bool:
    """Whether a shell is still stopped, and the function goes on after that."""
    response = function.invoke(SHELL)
    return "Permission denied" in (response.error_message or "") and answered(function)


def extension() -> tuple[int, int]:
    """Pids of its parent and its worker."""
    found = []
    named = f"AWS_LAMBDA_FUNCTION_NAME={NAME}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            ours = (entry / "exe").readlink().parts[-2:] == ("extensions", "outrider")
            if ours and named in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    parent, worker = sorted(found)
    return parent, worker


def test_a_worker_that_dies_is_not_missed(function: LocalFunction) -> None:
    _, worker = extension()
    os.kill(worker, signal.SIGKILL)
    assert answered(function)
    assert refused(function)
    assert extension()[1] != worker
    function.shutdown()
    text = "\n".join(line.text for line in function.log_lines)
    assert '"verdict":"block"' in text
    assert '"restarts":1' in text


def test_with_all_of_it_gone_lambda_starts_the_environment_anew(function: LocalFunction) -> None:
    """An extension that exits is an Extension.Crash to Lambda: one invocation says so, the next is guarded.

    Its reply may be out before the death is seen: then only the report says it, as in Lambda.
    """
    parent, worker = extension()
    for pid in (parent, worker):
        os.kill(pid, signal.SIGSTOP)  # else the parent might start another worker in between
    for pid in (parent, worker):
        os.kill(pid, signal.SIGKILL)
    assert "Error Type: Extension.Crash" in function.invoke(ECHO).text
    assert answered(function)
    assert refused(function)
    assert not {parent, worker} & set(extension())
