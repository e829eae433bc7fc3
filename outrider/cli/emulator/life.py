"""What the interfaces and the lifecycle share about one run of runtime and extensions, under one lock.

A life begins with an init phase and ends with a reset or a shutdown; the next one starts from nothing.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from outrider.function import quotas
from outrider.function.parties import Extension, Runtime


class LifeEnded(ConnectionError):
    """The caller's life is over: no answer, its connection is closed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the runtime made of an invocation."""

    payload: bytes
    content_type: str = ""
    error_type: str | None = None
    """None: a response."""
    streamed: bool = False
    error_body: str = ""
    """Base64, from the trailers of a stream that failed on the way."""


@dataclass(slots=True)
class Invocation:
    """One event on its way through."""

    id: str
    payload: bytes
    deadline_ms: int
    """Unix time."""
    arn: str
    trace: str
    client_context: str = ""
    sink: Callable[[bytes], None] | None = None
    """Where a streamed response goes as it comes."""
    reply: Reply | None = None


@dataclass(slots=True)
class Happening:
    """Why a phase cannot go on."""

    error_type: str
    message: str
    status: int | None = None
    """Exit status of the process whose end it is."""


@dataclass(eq=False)
class Life:
    """State of one life. Whoever touches it holds `condition`."""

    expected: frozenset[str]
    """Names of the external extensions."""
    snap_start: bool = False
    condition: threading.Condition = field(default_factory=threading.Condition)
    runtime: Runtime = field(default_factory=Runtime)
    extensions: dict[str, Extension] = field(default_factory=dict)
    """By identifier."""
    registration_open: bool = True
    subscription_open: bool = True
    invocation: Invocation | None = None
    """The current one; also after its reply, until the next."""
    shutdown: tuple[str, int] | None = None
    """Reason and deadline (Unix ms) once the shutdown phase has begun."""
    init_reply: Reply | None = None
    """The error document of a function that could not be loaded or restored."""
    fatal: Happening | None = None
    """The first thing that makes the environment useless."""
    exited: dict[str, int] = field(default_factory=dict)
    """Process name → exit status."""
    ended: bool = False
    released: set[str] = field(default_factory=set)
    """Who may return from its call of `next`: `runtime`, or the identifier of an extension."""

    def __post_init__(self) -> None:
        for name in sorted(self.expected):
            extension = Extension(name, external=True)
            self.extensions[extension.id] = extension

    def named(self, name: str) -> Extension | None:
        """The extension of this name."""
        return next((found for found in self.extensions.values() if found.name == name), None)

    def count(self) -> tuple[int, int]:
        """Registered extensions: external, internal."""
        registered = [one for one in self.extensions.values() if one.state != "Started"]
        external = sum(one.external for one in registered)
        return external, len(registered) - external

    def full(self) -> bool:
        """Whether no further extension fits."""
        return len(self.extensions) >= quotas.EXTENSIONS

    def fail(self, error_type: str, message: str, status: int | None = None) -> None:
        """The first failure counts."""
        if self.fatal is None:
            self.fatal = Happening(error_type, message, status)
        self.condition.notify_all()

    def release(self, who: str) -> None:
        """Let a party that waits in `next` go on."""
        self.released.add(who)
        self.condition.notify_all()

    def wait_released(self, who: str) -> None:
        """Wait in `next`. Raises LifeEnded."""
        self.condition.notify_all()
        while who not in self.released:
            if self.ended:
                raise LifeEnded
            self.condition.wait()
        self.released.discard(who)

    def wait(self, done: Callable[[], bool], deadline: float) -> bool:
        """Wait for something; False when it failed (`fatal`) or the deadline (monotonic) has passed."""
        while not done():
            left = deadline - time.monotonic()
            if self.fatal or left <= 0:
                return False
            self.condition.wait(left)
        return True

    def end(self) -> None:
        """Send everyone away who waits."""
        with self.condition:
            self.ended = True
            self.condition.notify_all()
