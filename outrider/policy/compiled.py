"""A container's policy in the form the supervisor works with: as `native/policy.h`, before it is bytes.

Standard library only, and so are `blob` and `matching`: they can run where nothing else is installed.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from outrider.model.event import Kind, Mode, Verdict

LAST_PORT = 65535


class Family(IntEnum):
    """`enum or_family`."""

    ANY = 0
    UNIX = 1
    INET = 4
    INET6 = 6


class Protocol(IntEnum):
    """`enum or_proto`."""

    ANY = 0
    TCP = 6
    UDP = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """`struct or_rule`, with its strings. Patterns are bytes: the supervisor compares bytes."""

    kind: Kind
    action: Verdict
    id: int
    """1-based place in the document."""
    program: bytes = b""
    """Empty: any program."""
    target: bytes = b""
    """Empty: any target."""
    family: Family = Family.ANY
    protocol: Protocol = Protocol.ANY
    prefix: int = 0
    """Bits of the address that count."""
    port_low: int = 0
    port_high: int = LAST_PORT
    address: bytes = bytes(16)
    """IPv4 in the first four bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPolicy:
    """`struct or_policy_header` and its rules."""

    id: bytes
    counter: int
    mode: Mode
    report_allowed: bool = False
    defaults: tuple[Verdict, ...]
    """By kind, in the order of `Kind`."""
    rules: tuple[CompiledRule, ...] = field(default=())

    def default(self, kind: Kind) -> Verdict:
        """Return the answer where no rule of a kind matches."""
        return self.defaults[list(Kind).index(kind)]
