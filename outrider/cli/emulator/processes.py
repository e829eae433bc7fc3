"""The processes of a sandbox by name: started, and their ends told to the life they belong to."""

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

from outrider.cli.emulator.life import Life
from outrider.cli.emulator.logs import Pipes
from outrider.cli.emulator.sandbox import Sandbox
from outrider.errors import EnvironmentFault

RUNTIME = "runtime"
_LOG_DESCRIPTOR = "_LAMBDA_TELEMETRY_LOG_FD"


class Processes:
    """Knows which pid is whose."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pids: dict[int, tuple[Life, str]] = {}
        self._started: list[tuple[Life, str]] = []
        self._early: dict[int, int] = {}
        """Ends that were told before the start was."""

    def start(
        self,
        sandbox: Sandbox,
        pipes: Pipes,
        life: Life,
        name: str,
        *,
        argv: Sequence[str],
        environment: Mapping[str, str],
        framed: bool = False,
    ) -> None:
        """Start one; what it prints is logged. That it cannot be started is the life's failure."""
        source = "function" if name == RUNTIME else f"extension:{name}"
        descriptors = [pipes.open(source)]
        if framed:
            descriptors.append(pipes.open(source, framed=True))
        try:
            pid = sandbox.spawn(argv, environment, descriptors, passed=_LOG_DESCRIPTOR if framed else "")
        except EnvironmentFault as error:
            kind = "Runtime.InvalidEntrypoint" if name == RUNTIME else "Extension.LaunchError"
            with life.condition:
                life.exited[name] = 127
                life.fail(kind, error.message)
            return
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        with self._lock:
            self._pids[pid] = (life, name)
            self._started = [entry for entry in self._started if entry[0] is life] + [(life, name)]
            status = self._early.pop(pid, None)
        if status is not None:
            self.ended(pid, status)

    def names(self, life: Life) -> set[str]:
        """Which of them were started in this life."""
        with self._lock:
            return {name for owner, name in self._started if owner is life}

    def ended(self, pid: int, status: int) -> None:
        """A process of the sandbox ended; `status` is negative for a signal."""
        with self._lock:
            if pid not in self._pids:
                if len(self._early) < 64:
                    self._early[pid] = status
                return
            life, name = self._pids.pop(pid)
        with life.condition:
            life.exited[name] = status
            if life.shutdown is None and not life.ended:
                if name == RUNTIME:
                    life.fail("Runtime.ExitError", "", status)
                else:
                    life.fail("Extension.Crash", name, status)
            life.condition.notify_all()

    def signal(self, sandbox: Sandbox, life: Life, name: str, number: signal.Signals) -> None:
        """To one process; SIGKILL goes to its group."""
        with self._lock:
            pids = [pid for pid, owner in self._pids.items() if owner[0] is life and owner[1] == name]
        for pid in pids:
            with suppress(EnvironmentFault):
                sandbox.signal(-pid if number == signal.SIGKILL else pid, number)
