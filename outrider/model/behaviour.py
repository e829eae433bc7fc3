"""What a workload was seen to do: a set, so that learning may happen anywhere, in any order, twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from outrider.errors import UsageError
from outrider.model.event import Kind


@dataclass(frozen=True, slots=True, order=True)
class Behaviour:
    """One thing a program does, with what varies from run to run generalised. Its fields are its identity."""

    kind: Kind
    program: str
    """Pattern of the real path of the program that acted. invoke: pattern of the event's keys."""
    target: str = ""
    """exec, write, read, load: pattern of the path. syscall: the name. invoke: pattern of the source. Unix
    socket: pattern of its path or `@name`."""
    family: str = ""
    """connect, bind: `inet`, `inet6` or `unix`."""
    protocol: str = ""
    """connect, bind of an inet family: `tcp`, `udp` or `any`."""
    network: str = ""
    """connect, bind of an inet family: CIDR."""
    ports: str = ""
    """connect, bind of an inet family: `443` or `32768-65535`."""
    name: str = ""
    """resolve: the host name. connect: the host name whose lookup gave the address, which then is not said:
    a name has many addresses, and they change."""


MOST_ATTRIBUTIONS = 16
"""Of one behaviour: the smallest are kept, in order of the alphabet. Any choice that a union of unions
repeats would do; more than these nobody reads."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How often, when and by whose code a behaviour was seen; no part of what it is.

    Times in ns since the epoch.
    """

    count: int
    first_ns: int
    last_ns: int
    by: frozenset[str] = frozenset()
    """Packages (`requests 2.32.3`), or files of code that is in none. At most MOST_ATTRIBUTIONS."""

    def __post_init__(self) -> None:
        if len(self.by) > MOST_ATTRIBUTIONS:
            object.__setattr__(self, "by", frozenset(sorted(self.by)[:MOST_ATTRIBUTIONS]))

    def merge(self, other: "Seen") -> "Seen":
        """Return what both know: the larger count, the earlier first time, the later last time."""
        return self._with(other, max(self.count, other.count))

    def plus(self, other: "Seen") -> "Seen":
        """Return what both saw together, when neither was told what the other was: counts are added up."""
        return self._with(other, min(self.count + other.count, LARGEST_COUNT))

    def _with(self, other: "Seen", count: int) -> "Seen":
        """Both together, so often."""
        first, last = min(self.first_ns, other.first_ns), max(self.last_ns, other.last_ns)
        return Seen(count, first, last, self.by | other.by)


LARGEST_COUNT = (1 << 64) - 1
"""What a model file carries; adding up stops there."""


@dataclass(frozen=True, slots=True)
class BehaviourModel:
    """The behaviour of one version of one workload: task family + container + image digest.

    Of a function: its name, `function`, and the fingerprint of its code.

    Merging is the union of sets and therefore commutative, associative and idempotent. Events are delivered
    at least once and models may be merged twice, so counts cannot be added up: a merge keeps the *largest*.
    A count is thus a lower bound, "one observer saw it at least this often", and never grows by being told
    again. How many lives of the container were observed is known exactly: `instances` is a set too.
    """

    workload: str
    """Task family or name of the function; empty when unknown."""
    container: str
    image: str = ""
    """Digest of the image, or fingerprint of a function's code; empty when unknown."""
    seen: Mapping[Behaviour, Seen] = field(default_factory=dict)
    instances: frozenset[str] = frozenset()
    """Lives of the container that were observed (hex, as in the events)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "seen", MappingProxyType(dict(self.seen)))

    @property
    def behaviours(self) -> frozenset[Behaviour]:
        """What the model is about, without how often and when."""
        return frozenset(self.seen)

    def of(self, kind: Kind) -> tuple[Behaviour, ...]:
        """Behaviours of one kind, sorted."""
        return tuple(sorted(behaviour for behaviour in self.seen if behaviour.kind is kind))

    @property
    def programs(self) -> tuple[Behaviour, ...]:
        """Who started which program."""
        return self.of(Kind.EXEC)

    @property
    def destinations(self) -> tuple[Behaviour, ...]:
        """Who connected where."""
        return self.of(Kind.CONNECT)

    @property
    def listeners(self) -> tuple[Behaviour, ...]:
        """Who bound which address."""
        return self.of(Kind.BIND)

    @property
    def writes(self) -> tuple[Behaviour, ...]:
        """Who changed which files."""
        return self.of(Kind.WRITE)

    @property
    def syscalls(self) -> tuple[Behaviour, ...]:
        """Who made which rare system call."""
        return self.of(Kind.SYSCALL)

    def same_workload(self, other: "BehaviourModel") -> bool:
        """Whether both are about the same version of the same workload."""
        return (self.workload, self.container, self.image) == (other.workload, other.container, other.image)

    def merge(self, other: "BehaviourModel") -> "BehaviourModel":
        """Return the union. Raises UsageError when the models are about different workload versions."""
        if not self.same_workload(other):
            raise UsageError(
                f"model of {self.title} and model of {other.title} are about different things",
                hint="merge models of the same workload, container and image only.",
            )
        seen = dict(self.seen)
        for behaviour, other_seen in other.seen.items():
            mine = seen.get(behaviour)
            seen[behaviour] = mine.merge(other_seen) if mine else other_seen
        return BehaviourModel(
            self.workload, self.container, self.image, seen, self.instances | other.instances
        )

    @property
    def title(self) -> str:
        """Name for messages."""
        image = f" ({self.image})" if self.image else ""
        return f"{self.workload or 'an unnamed workload'}/{self.container or 'an unnamed container'}{image}"
