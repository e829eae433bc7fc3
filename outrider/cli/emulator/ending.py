"""The shutdown phase, which a reset has too: the runtime, then the extensions, then whatever is left."""

import signal
import time

from outrider.cli.emulator.life import Life
from outrider.cli.emulator.processes import RUNTIME, Processes
from outrider.cli.emulator.sandbox import Sandbox
from outrider.function import quotas

_DEATH = 2.0
"""Seconds for killed processes to be gone."""


def end(life: Life, sandbox: Sandbox, processes: Processes, reason: str) -> None:
    """End a life. `reason` is `spindown`, `timeout` or `failure`."""
    with life.condition:
        external, internal = life.count()
        seconds = quotas.shutdown_seconds(external, internal)
        life.shutdown = (reason, int((time.time() + seconds) * 1000))
        life.fatal = None
    if seconds:
        began = time.monotonic()
        processes.signal(sandbox, life, RUNTIME, signal.SIGTERM)
        _wait_gone(life, processes, {RUNTIME}, began + seconds * quotas.RUNTIME_SHUTDOWN_SHARE)
        processes.signal(sandbox, life, RUNTIME, signal.SIGKILL)
        _end_extensions(life, sandbox, processes, began + seconds)
    sandbox.signal(-1, signal.SIGKILL)
    _wait_gone(life, processes, processes.names(life), time.monotonic() + _DEATH)
    life.end()


def _end_extensions(life: Life, sandbox: Sandbox, processes: Processes, deadline: float) -> None:
    """SHUTDOWN to those that asked for it, SIGKILL to the others."""
    told = set()
    with life.condition:
        external = [one for one in life.extensions.values() if one.external]
        for extension in external:
            if "SHUTDOWN" in extension.events:
                told.add(extension.name)
                life.release(extension.id)
    for extension in external:
        if extension.name not in told:
            processes.signal(sandbox, life, extension.name, signal.SIGKILL)
    _wait_gone(life, processes, told, deadline)


def _wait_gone(life: Life, processes: Processes, names: set[str], deadline: float) -> None:
    """Wait until these have ended, as far as they were started."""
    started = names & processes.names(life)
    with life.condition:
        life.wait(lambda: started <= life.exited.keys(), deadline)
