"""One thing that happened in a defended container or function, as its defender told it (native/wire.h)."""

from dataclasses import dataclass
from enum import StrEnum


class FrameType(StrEnum):
    """What a frame is about; values as in `enum or_frame_type`, lower case."""

    HELLO = "hello"
    EVENT = "event"
    REPEAT = "repeat"
    POLICY = "policy"
    START = "start"
    COUNTERS = "counters"
    TROUBLE = "trouble"


class Kind(StrEnum):
    """The kinds of act a policy decides on, in the order of `enum or_kind`."""

    EXEC = "exec"
    CONNECT = "connect"
    BIND = "bind"
    WRITE = "write"
    SYSCALL = "syscall"
    RESOLVE = "resolve"
    READ = "read"
    LOAD = "load"
    INVOKE = "invoke"


TASK_KINDS = (Kind.EXEC, Kind.CONNECT, Kind.BIND, Kind.WRITE, Kind.SYSCALL)
"""Kinds that the supervisor of a task decides. In a function all are decided."""

FUNCTION = "function"
"""Name of the one container a function has, in its events, its models and its policies."""


class Verdict(StrEnum):
    """What was decided, in the order of `enum or_verdict`."""

    ALLOW = "allow"
    ALERT = "alert"
    BLOCK = "block"


class Mode(StrEnum):
    """How a policy is meant, in the order of `enum or_mode`: in alert mode nothing is stopped."""

    ALERT = "alert"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A process above the one that acted."""

    pid: int
    program: str


@dataclass(frozen=True, slots=True)
class Address:
    """A network peer or listening address."""

    family: str
    """`inet`, `inet6` or `unix`."""
    protocol: str
    """`tcp`, `udp` or `any`."""
    host: str
    """The address as text, without brackets; for `unix` the path, `@name` when abstract."""
    port: int
    """0 for `unix`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A decoded frame. Fields that the frame did not carry keep their defaults; pids are the container's."""

    type: FrameType
    seq: int
    time_ns: int
    """CLOCK_REALTIME, nanoseconds since the epoch."""
    dropped: int = 0
    """Frames dropped so far by this instance of the supervisor."""
    instance: str = ""
    """Hex of 16 random bytes: one life of one supervised container."""
    container: str = ""
    kind: Kind | None = None
    verdict: Verdict | None = None
    pid: int = 0
    ppid: int = 0
    uid: int = 0
    gid: int = 0
    program: str = ""
    """Real path of the executable of the process that acted."""
    cmdline: tuple[str, ...] = ()
    target: str = ""
    address: Address | None = None
    rule: int = 0
    """1-based place in the policy's list of the rule that decided; 0: the default of the kind."""
    syscall: str = ""
    errno: int = 0
    """What the caller was answered: 0 or a positive errno."""
    ancestors: tuple[Ancestor, ...] = ()
    """Nearest first."""
    argv: tuple[str, ...] = ()
    """Arguments of an exec."""
    count: int = 0
    ref_seq: int = 0
    message: str = ""
    policy_id: str = ""
    policy_counter: int = 0
    mode: Mode | None = None
    engine: str = ""
    kernel: str = ""
    features: tuple[str, ...] = ()
    code: str = ""
    """Code of the customer that acted, as `/var/task/app.py:12 handler`."""
    distribution: str = ""
    """Package that `code` belongs to, as `requests 2.32.3`."""
    name: str = ""
    """Host name whose lookup answered the address."""
    sha256: str = ""
    """Of the file an exec was about, hex."""
    request_id: str = ""
    """Of the invocation during which it happened."""
    function: str = ""
    """Function it happened in; empty in a task."""
    version: str = ""
    """Version of that function, as `$LATEST` or `7`."""
    traits: tuple[str, ...] = ()
    """What its defender could see of the act beside its target; words of TRAITS."""


TRAITS = {
    "stdin:socket": "exec: descriptor 0 of the caller is a connected socket",
    "stdout:socket": "exec: descriptor 1 likewise",
    "stderr:socket": "exec: descriptor 2 likewise",
    "stdin:terminal": "exec: descriptor 0 is a terminal",
    "new": "exec: the file was made or changed after the application was started",
    "unlinked": "exec: the file has no name any more",
    "memfd": "exec: the file is in memory only, of memfd_create(2)",
    "set-user-id": "exec: the file has that mode bit; write: the call sets it",
    "set-group-id": "likewise",
    "not-of-image": "exec: the file's SHA-256 is not among those of the image's programs",
    "foreign": "exec: the process does not descend from the application: ECS Exec, or a health check",
    "truncates": "write: what was in the file is gone",
    "removes": "write: a name is taken away",
    "renames": "write: a name becomes another",
    "loader": "exec: the file is a dynamic loader, which runs the program in its arguments",
}
"""Trait → what it says. A reader passes over those it does not know."""


def deviates(event: Event) -> bool:
    """Whether it is an act that a policy did not allow, stopped or not."""
    return event.type is FrameType.EVENT and (
        event.verdict is Verdict.ALERT or event.verdict is Verdict.BLOCK
    )
