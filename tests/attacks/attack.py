"""What an attack is. One attack is one literal in a file of catalogue/."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from attacks.harness.scene import Scene

CODE = re.compile(r"^(?P<file>.+):(?P<line>\d+)(?: (?P<function>.+))?$")


class Runtime(StrEnum):
    """Whose code it is."""

    PYTHON = "python"
    NODE = "node"
    JAVA = "java"
    RUBY = "ruby"


class Outcome(StrEnum):
    """How it ends under the guard in block mode."""

    BLOCKED = "blocked"
    SEEN = "seen"
    """It works, and an event tells."""
    NOT_STOPPED = "not stopped"
    """It works, and nothing tells."""


class Area(StrEnum):
    """The kinds of attack, as the catalogue is ordered."""

    INJECTION = "injection"
    SECRETS = "secrets"
    DROPPER = "droppers"
    NETWORK = "network"
    RUNTIME_API = "Runtime API"
    DESERIALISATION = "deserialisation"
    NATIVE = "around the language"
    MEMORY = "memory"
    PERSISTENCE = "warm persistence"
    DEPENDENCY = "dependencies"
    EXHAUSTION = "exhaustion"
    TAMPERING = "tampering"


Rules = tuple[dict[str, Any], ...]
Proof = Callable[["Scene"], bool]
"""Whether the attack worked, by what was seen from outside or what the attacker got as an answer."""


@dataclass(frozen=True, slots=True)
class Act:
    """What the guard says was tried: a kind of policy.h, and a pattern for the target or the call's name."""

    kind: str
    target: str = ""
    code: str = ""
    """Pattern for the customer's code it is ascribed to; "" where none can be named (a child, a runtime)."""

    def is_told_by(self, event: dict[str, Any]) -> bool:
        """Whether one event tells of it."""
        address = event.get("address") or {}
        said = (str(event.get(key) or "") for key in ("target", "syscall", "name"))
        said = (*said, f"{address.get('host')}:{address.get('port')}")
        return (
            event.get("kind") == self.kind
            and (not self.target or any(re.search(self.target, text) for text in said))
            and (not self.code or re.search(self.code, event.get("code") or "") is not None)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack."""

    id: str
    title: str
    technique: str
    """Of MITRE ATT&CK."""
    area: Area
    file: str
    """In code/: the code that attacks; its folder is the runtime."""
    proof: Proof
    act: Act | None = None
    """What the guard tells of it; None: nothing."""
    outcome: Outcome = Outcome.BLOCKED
    why: str = ""
    """Why it is not stopped."""
    allowed: Rules = ()
    """What this function was seen to need, beside what every function here is allowed."""
    event: tuple[tuple[str, Any], ...] = ()
    """More for the event that carries it."""
    invocations: int = 1
    """With how many events the attack is made."""
    survives: bool = True
    """The function goes on answering, under the guard."""
    files: Sequence[str] = ()
    """More of code/ that the function's package holds."""
    needs_root: bool = False
    """It takes a resolver of ours, and so a mount namespace."""

    @property
    def runtime(self) -> Runtime:
        """By the folder the code lies in."""
        return Runtime(self.file.partition("/")[0])

    @property
    def module(self) -> str:
        """As the function imports it."""
        return self.file.rpartition("/")[2].rpartition(".")[0]
