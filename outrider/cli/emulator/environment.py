"""One execution environment: init, invoke, freeze, reset and shutdown, in Lambda's order and time.

Sources: lambda-runtime-environment.html and runtimes-extensions-api.html of docs.aws.amazon.com/lambda/.
"""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from outrider.cli.emulator.announcements import Announcements
from outrider.cli.emulator.ending import end
from outrider.cli.emulator.extensions_api import ExtensionsApi
from outrider.cli.emulator.interfaces import Interfaces
from outrider.cli.emulator.life import Happening, Invocation, Life, Reply
from outrider.cli.emulator.logs import Logs, Pipes
from outrider.cli.emulator.processes import RUNTIME, Processes
from outrider.cli.emulator.runtime_api import RuntimeApi
from outrider.cli.emulator.sandbox import Plan, Sandbox
from outrider.cli.emulator.server import Server
from outrider.cli.emulator.subscriber import Subscriber
from outrider.function import errors, quotas, telemetry, variables
from outrider.function.runtimes import Runtime
from outrider.function.telemetry import Subscription
from outrider.function.variables import Identity

_TIMED_OUT = "Sandbox.Timedout"


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything an environment is made of."""

    identity: Identity
    runtime: Runtime
    command: Sequence[str]
    """What starts the runtime."""
    own: Mapping[str, str]
    """The function's own variables."""
    credentials: Mapping[str, str]
    timeout: float
    """Seconds an invocation may take."""
    initialization: str
    """`on-demand` or `snap-start`."""
    extensions: tuple[str, ...]
    """Names of the programs in /opt/extensions."""
    plan: Plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one invocation ended."""

    request_id: str
    reply: Reply
    status: str
    """`success`, `error` or `timeout`."""
    duration_ms: float
    """As Lambda reports it: until the runtime asked for the next event."""
    reply_ms: float | None
    """Until the reply was there; None without one."""
    init_ms: float | None
    """Of a cold start."""
    restore_ms: float | None


class Environment:
    """A sandbox with its interfaces. Not for two threads at once."""

    def __init__(self, setup: Setup, logs: Logs, session: Path) -> None:
        self._setup = setup
        self._logs = logs
        identity, runtime = setup.identity, setup.runtime
        self._announce = Announcements(logs, identity, runtime, setup.initialization)
        self._processes = Processes()
        self._sandbox = Sandbox(setup.plan, session, self._processes.ended)
        self._interfaces = Interfaces()
        self._server = Server(self._sandbox.listener, self._interfaces.handle)
        self._pipes = Pipes(logs)
        self._subscribers: list[Subscriber] = []
        self._life: Life | None = None
        self._frozen = False
        self._init_ms: float | None = None
        self._restore_ms: float | None = None

    def init(self) -> bool:
        """The init phase; whether it went well. Afterwards everything is frozen."""
        life = self._new_life()
        if not self._up(life, "init", time.monotonic() + quotas.INIT):
            return False
        self._freeze()
        return not life.snap_start or self._restore(life)

    def invoke(self, payload: bytes, sink: Callable[[bytes], None] | None = None) -> Outcome:
        """One event through the function. Starts it anew when the last life ended."""
        began = time.monotonic()
        deadline = began + self._setup.timeout
        invocation = self._invocation(payload, sink)
        life = self._life
        if life is None:
            life = self._new_life()
            up = self._up(life, "invoke", deadline)
            self._announce.start(invocation.id)
            if not up:
                return self._not_up(life, invocation, began)
            began = time.monotonic()
        else:
            self._announce.start(invocation.id)
        self._thaw()
        return self._run(life, invocation, began, deadline)

    def shutdown(self) -> None:
        """The end of the environment."""
        if self._life is not None:
            self._end(self._life, "spindown")

    def close(self) -> None:
        """Everything away, at once, whatever state it is in."""
        if self._life is not None:
            self._life.end()
        self._sandbox.close()
        for subscriber in self._subscribers:
            subscriber.close()
        self._server.close()
        self._pipes.close()

    def _new_life(self) -> Life:
        """Nothing started yet."""
        life = Life(frozenset(self._setup.extensions), self._setup.initialization == "snap-start")
        self._life = life
        extensions = ExtensionsApi(life, self._setup.identity, self._subscribe)
        self._interfaces.serve(RuntimeApi(life), extensions)
        self._logs.events.clear()
        return life

    def _up(self, life: Life, phase: str, deadline: float) -> bool:
        """Start extensions and runtime; whether they came up. If not, the life has ended."""
        began = time.monotonic()
        self._announce.init_start(phase)
        up = self._start(life, phase, deadline)
        self._pipes.drain()
        with life.condition:
            life.subscription_open = False
            fatal = life.fatal
            found = list(life.extensions.values())
        self._announce.extensions(found)
        self._init_ms = _since(began)
        self._announce.init_report(phase, self._init_ms, up, fatal)
        if not up:
            self._end(life, "failure" if fatal else "timeout")
            life.fatal = fatal
        return up

    def _start(self, life: Life, phase: str, deadline: float) -> bool:
        """External extensions register, the runtime asks for its first event, then all extensions do."""
        setup, sandbox, pipes = self._setup, self._sandbox, self._pipes
        environment = variables.of_the_runtime(
            setup.identity,
            setup.runtime,
            api=self._server.address,
            credentials=setup.credentials,
            initialization=setup.initialization,
            own=setup.own,
        )
        theirs = variables.of_an_extension(environment)
        if len(setup.extensions) > quotas.EXTENSIONS:
            with life.condition:
                life.fail("Extension.TooManyExtensions", f"Extension limit ({quotas.EXTENSIONS}) reached")
            return False
        for name in setup.extensions:
            path = f"/opt/extensions/{name}"
            self._processes.start(sandbox, pipes, life, name, argv=[path], environment=theirs)
        with life.condition:
            everyone = tuple(life.extensions.values())
            if not life.wait(lambda: all(one.state != "Started" for one in everyone), deadline):
                return False
        framed = setup.runtime.family != "provided"
        command = setup.command
        self._processes.start(
            sandbox, pipes, life, RUNTIME, argv=command, environment=environment, framed=framed
        )
        with life.condition:
            up = life.wait(lambda: life.runtime.state in ("Ready", "RestoreReady"), deadline)
            fatal = life.fatal
            life.registration_open = False
        self._announce.init_runtime_done(phase, up, fatal)
        with life.condition:
            extensions = tuple(life.extensions.values())
            return up and life.wait(lambda: all(one.state == "Ready" for one in extensions), deadline)

    def _restore(self, life: Life) -> bool:
        """SnapStart: what was frozen goes on as if it had been restored; whether its hooks went well."""
        began = time.monotonic()
        self._announce.restore_start()
        self._thaw()
        with life.condition:
            if life.runtime.state == "RestoreReady":
                life.release(RUNTIME)
            up = life.wait(lambda: life.runtime.state == "Ready", began + quotas.RESTORE)
        self._restore_ms, self._init_ms = _since(began), None
        self._announce.restored(self._restore_ms, up)
        if up:
            self._freeze()
        else:
            self._end(life, "failure")
        return up

    def _run(self, life: Life, invocation: Invocation, began: float, deadline: float) -> Outcome:
        """The invoke phase."""
        left = deadline - time.monotonic()
        invocation.deadline_ms = int((time.time() + left) * 1000)
        with life.condition:
            life.invocation = invocation
            invoked = [one for one in life.extensions.values() if "INVOKE" in one.events]
            for extension in invoked:
                life.release(extension.id)
            life.release(RUNTIME)
            replied = life.wait(lambda: invocation.reply is not None, deadline)
            reply_ms = _since(began) if replied else None
            finished = replied and life.wait(lambda: life.runtime.state == "Ready", deadline)
            fatal = life.fatal
        duration = _since(began)
        if finished:
            self._announce.runtime_done(invocation, duration, "success", "")
            with life.condition:
                finished = life.wait(lambda: all(_waits(life, one.id) for one in invoked), deadline)
                fatal = life.fatal
        else:
            kind = fatal.error_type if fatal else ""
            self._announce.runtime_done(invocation, duration, "error" if fatal else "timeout", kind)
        if not finished:
            return self._broken(life, invocation, fatal, duration)
        outcome = self._outcome(invocation, "success", duration, reply_ms)
        self._report(outcome, None)
        self._freeze()
        return outcome

    def _broken(
        self, life: Life, invocation: Invocation, fatal: Happening | None, duration: float
    ) -> Outcome:
        """The runtime or an extension ended, or time is up: report, reset. A reply that is there stands."""
        self._pipes.drain()
        happening = fatal or Happening(_TIMED_OUT, "")
        if fatal is None:
            self._announce.timed_out(invocation.id, self._setup.timeout)
        if invocation.reply is None:
            invocation.reply = self._error_reply(invocation.id, happening)
        outcome = self._outcome(invocation, "error" if fatal else "timeout", duration, None)
        self._report(outcome, fatal.error_type if fatal else None)
        self._end(life, "failure" if fatal else "timeout")
        return outcome

    def _not_up(self, life: Life, invocation: Invocation, began: float) -> Outcome:
        """The init phase within an invocation failed; what the runtime itself told of it comes first."""
        happening = life.fatal or Happening(_TIMED_OUT, "")
        invocation.reply = life.init_reply or self._error_reply(invocation.id, happening)
        if life.fatal is None:
            self._announce.timed_out(invocation.id, self._setup.timeout)
        status = "error" if life.fatal else "timeout"
        outcome = self._outcome(invocation, status, _since(began), None)
        self._report(outcome, happening.error_type if life.fatal else None)
        return outcome

    def _error_reply(self, request: str, happening: Happening) -> Reply:
        """What the caller sees of a failure that no runtime told."""
        kind = happening.error_type
        if kind == _TIMED_OUT:
            message = errors.timed_out(request, self._setup.timeout)
        elif kind == "Runtime.ExitError":
            message = errors.runtime_exited(request, happening.status or 0)
        else:
            message = f"RequestId: {request} Error: {happening.message or kind}"
        return Reply(errors.document(kind, message), "application/json", kind)

    def _invocation(self, payload: bytes, sink: Callable[[bytes], None] | None) -> Invocation:
        """The event with its names."""
        root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        trace = f"Root={root};Parent={secrets.token_hex(8)};Sampled=0;Lineage=1:{secrets.token_hex(4)}:0"
        return Invocation(str(uuid4()), payload, 0, self._setup.identity.arn, trace, sink=sink)

    def _outcome(
        self, invocation: Invocation, status: str, duration: float, reply_ms: float | None
    ) -> Outcome:
        """As it is told to the caller."""
        reply = invocation.reply or Reply(b"")
        if status == "success" and reply.error_type:
            status = "error"
        init, self._init_ms = self._init_ms, None
        restore, self._restore_ms = self._restore_ms, None
        return Outcome(invocation.id, reply, status, duration, reply_ms, init, restore)

    def _report(self, outcome: Outcome, error_type: str | None) -> None:
        """END and REPORT."""
        self._pipes.drain()
        record = telemetry.report(
            outcome.request_id,
            outcome.status,
            duration=outcome.duration_ms,
            memory=self._setup.identity.memory,
            used=self._sandbox.memory(),
            init=outcome.init_ms,
            restore=outcome.restore_ms,
            error_type=error_type,
        )
        self._announce.end(record)

    def _end(self, life: Life, reason: str) -> None:
        """Reset or shutdown. What subscribed hears of it until the end."""
        self._thaw()
        for subscriber in list(self._subscribers):
            subscriber.flush()
        end(life, self._sandbox, self._processes, reason)
        self._pipes.drain()
        for subscriber in self._subscribers:
            subscriber.close()
        self._subscribers.clear()
        self._logs.unsubscribe_all()
        self._life, self._frozen = None, False

    def _subscribe(self, name: str, wish: Subscription) -> None:
        """A subscriber more."""
        subscriber = Subscriber(wish, self._sandbox.connect)
        self._subscribers.append(subscriber)
        self._announce.subscribed(name, wish)
        self._logs.subscribe(subscriber.tell)

    def _freeze(self) -> None:
        """Nothing in there runs until the next event."""
        for subscriber in self._subscribers:
            subscriber.pause(True)
        self._sandbox.freeze()
        self._frozen = True

    def _thaw(self) -> None:
        """It goes on, if it was frozen."""
        if self._frozen:
            self._sandbox.thaw()
            for subscriber in self._subscribers:
                subscriber.pause(False)
            self._frozen = False


def _waits(life: Life, identifier: str) -> bool:
    """Whether an extension has taken its event and asked for the next."""
    return identifier not in life.released and life.extensions[identifier].state == "Ready"


def _since(began: float) -> float:
    """Milliseconds since then."""
    return (time.monotonic() - began) * 1000
