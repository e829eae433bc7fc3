"""The runtime and the extensions as state machines: which call of theirs is allowed when.

The states and their names are those of AWS's own emulator, whose error messages carry them.
"""

from dataclasses import dataclass, field
from uuid import uuid4


class NotAllowed(Exception):
    """A call out of turn."""


_RUNTIME = {
    ("Started", "next"): "Ready",
    ("Ready", "next"): "Ready",
    ("Running", "next"): "Running",
    ("ResponseSent", "next"): "Ready",
    ("Restoring", "next"): "Ready",
    ("Started", "restore next"): "RestoreReady",
    ("RestoreReady", "released"): "Restoring",
    ("Ready", "released"): "Running",
    ("Running", "released"): "Running",
    ("Started", "init error"): "InitError",
    ("Restoring", "restore error"): "RestoreError",
    ("Running", "response"): "InvocationResponse",
    ("Running", "error"): "InvocationErrorResponse",
    ("InvocationResponse", "sent"): "ResponseSent",
    ("InvocationErrorResponse", "sent"): "ResponseSent",
}

_EXTENSION = {
    ("Started", "register"): "Registered",
    ("Registered", "next"): "Ready",
    ("Running", "next"): "Ready",
    ("Ready", "released"): "Running",
    ("Registered", "init error"): "InitError",
    ("InitError", "init error"): "InitError",
    ("Registered", "exit error"): "ExitError",
    ("Ready", "exit error"): "ExitError",
    ("Running", "exit error"): "ExitError",
    ("ExitError", "exit error"): "ExitError",
}

_GOAL = {
    "next": "Ready",
    "restore next": "RestoreReady",
    "register": "Registered",
    "init error": "InitError",
    "exit error": "Exited",
    "restore error": "RestoreError",
    "response": "InvocationResponse",
    "error": "InvocationErrorResponse",
}
"""What the messages say a call was to lead to."""


@dataclass(slots=True)
class Runtime:
    """The function's runtime."""

    state: str = "Started"

    def does(self, act: str) -> None:
        """Go on to the next state. Raises NotAllowed with AWS's words."""
        if (self.state, act) not in _RUNTIME:
            raise NotAllowed(
                f"State transition from {self.state} to {_GOAL.get(act, act)} failed for runtime. "
                "Error: State transition is not allowed"
            )
        self.state = _RUNTIME[self.state, act]


@dataclass(slots=True)
class Extension:
    """One extension, external (a file in /opt/extensions) or internal (part of the runtime's processes)."""

    name: str
    external: bool
    id: str = field(default_factory=lambda: str(uuid4()))
    state: str = "Started"
    events: tuple[str, ...] = ()
    error_type: str = ""

    def does(self, act: str, *, known_as: str = "") -> None:
        """Go on to the next state. Raises NotAllowed with AWS's words."""
        if (self.state, act) not in _EXTENSION:
            raise NotAllowed(
                f"State transition from {self.state} to {_GOAL.get(act, act)} failed for extension "
                f"{known_as or self.id}. Error: State transition is not allowed"
            )
        self.state = _EXTENSION[self.state, act]
