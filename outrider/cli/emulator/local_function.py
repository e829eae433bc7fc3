"""A function on this machine, for the command line, tests and benchmarks."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from outrider.cli.emulator import clients, interpreters, layers
from outrider.cli.emulator.environment import Environment, Outcome, Setup
from outrider.cli.emulator.layers import Files
from outrider.cli.emulator.logs import LogLine, Logs
from outrider.cli.emulator.sandbox import Plan, session_directory
from outrider.errors import UsageError
from outrider.function import quotas, runtimes, variables
from outrider.function.telemetry import Event
from outrider.function.variables import Identity

_NOBODY = {
    "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",  # AWS's example
    "AWS_SESSION_TOKEN": "AQoDYXdzEJr//////////EXAMPLE",
}
"""Credentials that open nothing: the examples of AWS's documentation."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came of one invocation."""

    outcome: Outcome
    logs: tuple[LogLine, ...]
    """What was said from its start to its end, the init phase of a cold start included."""

    @property
    def payload(self) -> bytes:
        """The response, or the error document."""
        return self.outcome.reply.payload

    @property
    def error(self) -> str | None:
        """The error's type; None for a response."""
        return self.outcome.reply.error_type

    @property
    def error_type(self) -> str:
        """The error document's type, which the function's language gave: `ValueError`; empty without one."""
        document = self._document()
        return str(document.get("errorType", self.error)) if self.error is not None else ""

    @property
    def error_message(self) -> str:
        """The error document's message; empty without an error."""
        return str(self._document().get("errorMessage", "")) if self.error is not None else ""

    def _document(self) -> dict[str, Any]:
        """The payload when it is an object."""
        try:
            document = json.loads(self.payload)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def request_id(self) -> str:
        """As in the logs."""
        return self.outcome.request_id

    @property
    def duration_ms(self) -> float:
        """As in the REPORT line."""
        return self.outcome.duration_ms

    @property
    def init_ms(self) -> float | None:
        """Of a cold start; None when warm."""
        return self.outcome.init_ms

    @property
    def text(self) -> str:
        """All log lines."""
        return "\n".join(line.text for line in self.logs)

    def json(self) -> Any:
        """The payload as a value. Raises ValueError."""
        return json.loads(self.payload)


class LocalFunction:
    """A function with at most one environment: cold at first, warm afterwards, gone at the end of `with`.

    Raises UsageError for what Lambda would not take, EnvironmentFault for what this machine has not got.
    """

    def __init__(
        self,
        directory: Path | str,
        handler: str,
        runtime: str,
        *,
        layers: Sequence[Path | str | Files] = (),
        environment: Mapping[str, str] | None = None,
        timeout: float = 3.0,
        memory: int = 128,
        tmp: int = quotas.TMP[0],
        name: str = "function",
        version: str = "$LATEST",
        region: str = "us-east-1",
        network: str = "host",
        interpreter: Path | str | None = None,
        credentials: Mapping[str, str] | None = None,
        initialization: str = "on-demand",
        on_line: Callable[[LogLine], None] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._directory = Path(directory).resolve()
        if not self._directory.is_dir():
            raise UsageError(f"{directory}: there is no such directory")
        self._runtime = runtimes.parse(runtime)
        self._layers = [Path(layer) if isinstance(layer, str) else layer for layer in layers]
        self._own = dict(environment or {})
        variables.check(self._own)
        _between("time-out", timeout, quotas.TIMEOUT, "seconds")
        _between("memory", memory, quotas.MEMORY, "MiB")
        _between("size of /tmp", tmp, quotas.TMP, "MiB")
        stream = f"local/[{version}]{uuid4().hex}"
        self._identity = Identity(name, version, handler, memory, region, stream)
        self._timeout, self._tmp, self._network = timeout, tmp, network
        self._interpreter = Path(interpreter) if interpreter else None
        self._credentials = dict(credentials or _NOBODY)
        self._initialization = initialization
        self._say = say
        self._logs = Logs(on_line)
        self._environment: Environment | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.shutdown()
        self.close()

    @property
    def log_lines(self) -> list[LogLine]:
        """Everything said so far."""
        return self._logs.lines

    @property
    def events(self) -> list[Event]:
        """The telemetry of the current life."""
        return self._logs.events

    def start(self) -> bool:
        """Make the environment and go through its init phase; whether that went well. Then it is frozen."""
        if self._environment is not None:
            return True
        self._environment = self._make()
        return self._environment.init()

    def invoke(self, event: Any = None, sink: Callable[[bytes], None] | None = None) -> Response:
        """One event: bytes as they are, anything else as JSON. `sink` gets a streamed response in parts."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        if len(payload) > quotas.PAYLOAD:
            raise UsageError(f"the event is {len(payload)} bytes, Lambda takes {quotas.PAYLOAD}")
        before = len(self._logs.lines)
        self.start()
        if self._environment is None:
            raise UsageError("the function has been closed")
        outcome = self._environment.invoke(payload, sink)
        return Response(outcome, tuple(self._logs.lines[before:]))

    def shutdown(self) -> None:
        """The shutdown phase. The next event starts anew, with an empty /tmp."""
        if self._environment is not None:
            self._environment.shutdown()
            self.close()

    def close(self) -> None:
        """Everything away at once, without a shutdown phase."""
        environment, self._environment = self._environment, None
        if environment is not None:
            environment.close()

    def _make(self) -> Environment:
        """An environment of its own."""
        shown: list[tuple[Path, str]] = []
        hidden: tuple[str, ...] = ()
        command: tuple[str, ...] = ("/var/runtime/bootstrap",)
        if self._runtime.family == "provided":
            command = (self._provided(),)
        else:
            interpreter = interpreters.find(self._runtime, self._interpreter)
            shown, hidden = [*interpreter.shown], interpreter.hidden
            shown.append((clients.prepare(self._runtime, interpreter, self._say), "/var/runtime"))
        session = session_directory()
        try:
            (session / "empty").mkdir()
            shown += [(session / "empty", place) for place in hidden]
            opt = session / "opt"
            layers.merge(self._layers, opt)
            shown.append((opt, "/opt"))
            setup = Setup(
                identity=self._identity,
                runtime=self._runtime,
                command=command,
                own=self._own,
                credentials=self._credentials,
                timeout=self._timeout,
                initialization=self._initialization,
                extensions=layers.extensions(opt),
                plan=Plan(self._directory, tuple(shown), self._network, self._tmp),
            )
            return Environment(setup, self._logs, session)
        except BaseException:
            shutil.rmtree(session, ignore_errors=True)
            raise

    def _provided(self) -> str:
        """The bootstrap of an OS-only runtime: in the code, or in a layer."""
        return "/var/task/bootstrap" if (self._directory / "bootstrap").is_file() else "/opt/bootstrap"


def _between(what: str, value: float, allowed: tuple[int, int], unit: str) -> None:
    """Refuse what Lambda would."""
    if not allowed[0] <= value <= allowed[1]:
        raise UsageError(f"{what}: {value} {unit}; Lambda takes {allowed[0]} to {allowed[1]}")
