"""An agent as a process of its own, and waiting for what it does."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from outrider.model.event import Event
from outrider.runtime.flight.reader import read_segment
from outrider.runtime.jsonl import to_plain
from sidecar.health import report
from sidecar.settings import from_environment

ROOT = Path(__file__).parents[3]


class AgentProcess:
    """`python -m sidecar agent`, started and killed at will."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.settings = from_environment(environment)
        self.log = log
        self.limit_file_size = 0
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as stream:
            self._process = subprocess.Popen(
                [*self._limit(), sys.executable, "-m", "sidecar", "agent"],
                cwd=ROOT,
                env=self._environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: report(self.settings.health_socket)[0].get("intake") is not None)

    def _limit(self) -> list[str]:
        if not self.limit_file_size:
            return []
        blocks = self.limit_file_size // 512
        return ["/bin/sh", "-c", f'trap "" XFSZ; ulimit -f {blocks}; exec "$@"', "sh"]

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        self.send(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(10)

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        self.send(signal.SIGTERM)
        assert self._process is not None
        return self._process.wait(20)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self.kill()

    def health(self) -> tuple[dict[str, Any], bool]:
        return report(self.settings.health_socket)

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def recorded(self, container: str = "web") -> list[dict[str, Any]]:
        return [to_plain(event) for event in on_record(self.settings.record(container))]


def wait_until(true: Callable[[], Any], seconds: float = 15) -> None:
    """Until something holds; fails the test when it never does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def on_record(directory: Path) -> list[Event]:
    """Events of a record, up to the last whole frame of each segment."""
    found = []
    for path in sorted(directory.glob("*.flight")):
        with path.open("rb") as stream:
            found += [event for event in read_segment(stream) if isinstance(event, Event)]
    return found


def names(directory: Path) -> list[str]:
    """What is in a directory."""
    return sorted(path.name for path in directory.iterdir())
