"""What the platform says about an environment, as telemetry events and log lines."""

from collections.abc import Iterable
from typing import Any

from outrider.cli.emulator.life import Happening, Invocation
from outrider.cli.emulator.logs import Logs, now
from outrider.function.parties import Extension
from outrider.function.runtimes import Runtime
from outrider.function.telemetry import Subscription
from outrider.function.variables import Identity


class Announcements:
    """One function's platform events."""

    def __init__(self, logs: Logs, identity: Identity, runtime: Runtime, initialization: str) -> None:
        self._logs = logs
        self._version = {
            "runtimeVersion": f"{runtime.family}:{runtime.version}",
            "functionName": identity.name,
            "functionVersion": identity.version,
        }
        self._initialization = initialization

    def init_start(self, phase: str) -> None:
        """platform.initStart."""
        self._logs.platform("initStart", self._init(phase) | self._version)

    def init_runtime_done(self, phase: str, up: bool, error: Happening | None) -> None:
        """platform.initRuntimeDone."""
        self._logs.platform("initRuntimeDone", self._init(phase) | _status(up, error))

    def init_report(self, phase: str, milliseconds: float, up: bool, error: Happening | None) -> None:
        """platform.initReport."""
        self._logs.platform("initReport", self._init(phase) | _status(up, error) | _metrics(milliseconds))

    def restored(self, milliseconds: float, up: bool) -> None:
        """platform.restoreRuntimeDone and restoreReport."""
        self._logs.platform("restoreRuntimeDone", _status(up, None))
        self._logs.platform("restoreReport", _status(up, None) | _metrics(milliseconds))

    def restore_start(self) -> None:
        """platform.restoreStart."""
        self._logs.platform("restoreStart", self._version)

    def start(self, request: str) -> None:
        """platform.start."""
        version = self._version["functionVersion"]
        self._logs.platform("start", {"requestId": request, "version": version})

    def runtime_done(self, invocation: Invocation, milliseconds: float, status: str, error: str) -> None:
        """platform.runtimeDone."""
        produced = len(invocation.reply.payload) if invocation.reply else 0
        metrics = {"durationMs": round(milliseconds, 3), "producedBytes": produced}
        record: dict[str, Any] = {"requestId": invocation.id, "status": status, "metrics": metrics}
        self._logs.platform("runtimeDone", record | ({"errorType": error} if error else {}))

    def timed_out(self, request: str, seconds: float) -> None:
        """The line of a time-out."""
        self._logs.note(f"{now()} {request} Task timed out after {seconds:.2f} seconds")

    def end(self, record: dict[str, Any]) -> None:
        """END, and platform.report with its REPORT line."""
        self._logs.note(f"END RequestId: {record['requestId']}")
        self._logs.platform("report", record)

    def subscribed(self, name: str, wish: Subscription) -> None:
        """platform.telemetrySubscription."""
        record = {"name": name, "state": "Subscribed", "types": list(wish.types)}
        self._logs.platform("telemetrySubscription", record)

    def extensions(self, found: Iterable[Extension]) -> None:
        """platform.extension for each."""
        for one in found:
            record: dict[str, Any] = {"name": one.name, "state": one.state, "events": list(one.events)}
            error = {"errorType": one.error_type} if one.error_type else {}
            self._logs.platform("extension", record | error)

    def _init(self, phase: str) -> dict[str, Any]:
        """What all events of an init phase hold."""
        return {"initializationType": self._initialization, "phase": phase}


def _status(up: bool, error: Happening | None) -> dict[str, Any]:
    """How a phase ended: well, with an error, or not in time."""
    if up:
        return {"status": "success"}
    return {"status": "error", "errorType": error.error_type} if error else {"status": "timeout"}


def _metrics(milliseconds: float) -> dict[str, Any]:
    """How long it took."""
    return {"metrics": {"durationMs": round(milliseconds, 3)}}
