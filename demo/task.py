"""`outrider run` as a child process: started, watched through its task.json, stopped with the block."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from demo.story import WIDTH
from outrider.errors import EnvironmentFault

OUTRIDER = (sys.executable, "-c", "from outrider.cli.main import main; main()")
"""The command line, from this checkout."""

START_SECONDS = 120
STOP_SECONDS = 60


@dataclass(frozen=True)
class Life:
    """What tells one start of a container from another."""

    pid: int
    started: int
    """Of its first process, in clock ticks since boot."""


@dataclass(frozen=True)
class Task:
    """A task that runs here."""

    state: Path

    @property
    def document(self) -> dict[str, Any]:
        """What `outrider run` says of the task at this moment."""
        found: dict[str, Any] = json.loads((self.state / "task.json").read_text())
        return found

    @property
    def shop(self) -> str:
        """Address of the shop."""
        return f"http://{self.document['network']['address']}:8080"

    @property
    def attacker_address(self) -> str | None:
        """An address outside the task that the task can reach; None: it shares our network."""
        network = self.document["network"]
        return network["host_address"] if network["mode"] == "task" else None

    def volume(self, name: str) -> Path:
        """Directory of a volume of the task."""
        return Path(self.document["volumes"][name])

    def life(self, container: str) -> Life:
        """Identify the present life of a container."""
        pid = int(self.document["containers"][container]["pid"])
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return Life(pid, int(stat[19]))


def outrider(
    arguments: Sequence[str],
    cwd: Path,
    *,
    statuses: Collection[int] = (0,),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[str]:
    """Run one `outrider` command to its end. Raises EnvironmentFault unless it exits as it may."""
    environment = {**os.environ, "COLUMNS": str(WIDTH), **environment}
    done = subprocess.run(
        [*OUTRIDER, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in statuses:
        raise EnvironmentFault(f"outrider {' '.join(arguments)} exited {done.returncode}:\n{done.stderr}")
    return done


@contextmanager
def running(arguments: Sequence[str], cwd: Path, state: Path) -> Iterator[Task]:
    """Run `outrider run` with these arguments; yield when the task is up, stop it in order at the end."""
    log = state.with_suffix(".log")
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*OUTRIDER, *arguments], cwd=cwd, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
        )
    try:
        _wait_until_ready(process, state, log)
        yield Task(state)
    finally:
        _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], state: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if (state / "task.json").exists() and Task(state).document["ready"]:
            return
        time.sleep(0.1)
    raise EnvironmentFault(f"the task did not come up:\n{log.read_text(errors='replace')[-4000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask once, ask again (at once), then kill."""
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.kill(process.pid, number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
