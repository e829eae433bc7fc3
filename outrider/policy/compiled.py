"""A container's policy in the form its engine works with: as `native/policy.h`, before it is bytes.

Standard library only, and so are `blob` and `matching`: they can run where nothing else is installed.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from outrider.model.event import Kind, Mode, Verdict

LAST_PORT = 65535

HASH_BYTES = 32
"""Of SHA-256."""

PROGRAMS = 20_000
"""`OR_POLICY_MAX_PROGRAMS`: large images have some thousand executables; a blob's MiB has room for these."""


ARGUMENT_PATTERNS = 64
"""`OR_ARGUMENT_PATTERNS`: of one rule; more than a command line that somebody reviews."""


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
    """Empty: any target. connect of a family other than UNIX: pattern of a host name."""
    family: Family = Family.ANY
    protocol: Protocol = Protocol.ANY
    prefix: int = 0
    """Bits of the address that count."""
    port_low: int = 0
    port_high: int = LAST_PORT
    address: bytes = bytes(16)
    """IPv4 in the first four bytes."""
    sha256: bytes = b""
    """exec: of the file, hex; empty: any."""
    expires: int = 0
    """Seconds since the epoch: from then on it matches nothing; 0: never."""
    arguments: tuple[bytes, ...] | None = None
    """exec: patterns of the words after the first; None: any."""

    @property
    def by_name(self) -> bool:
        """Whether it is about a host name, not about a socket's path."""
        return self.kind is Kind.CONNECT and self.family is not Family.UNIX and self.target != b""


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
    learn_invocations: int = 0
    """Invocations of one environment after which `report_allowed` ends; 0: no such end."""
    learn_seconds: int = 0
    """Likewise, seconds."""
    event_max_bytes: int = 0
    """Largest event of an invocation that rules decide on; 0: any."""
    event_max_depth: int = 0
    """Deepest nesting likewise."""
    hash_programs: bool = False
    """Whether what is run is hashed and told with its hash, though nothing is decided by it."""
    programs: tuple[bytes, ...] = ()
    """SHA-256 of each program of the image, 32 bytes, ascending, each once; empty: any file is one."""
    programs_verdict: Verdict = Verdict.ALLOW
    """Of an exec of what is none of them, where its rules are not stricter; without programs `allow`."""
    made_for: str = ""
    """The workload version that it was made for, `family/container@sha256:…`; empty: it does not say. No
    engine reads it: it is for who fetches a policy for a version."""

    def default(self, kind: Kind) -> Verdict:
        """Return the answer where no rule of a kind matches."""
        return self.defaults[list(Kind).index(kind)]
