"""What a workload was seen to do: a set, so that learning may happen anywhere, in any order, twice."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from outrider.errors import UsageError
from outrider.model.event import Kind
from outrider.model.judgement import Judgement, later
from outrider.model.stage import MOST_STEPS, Standing, Transition, last_steps, standing_of


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

    @property
    def id(self) -> str:
        """SHA-256 over what it is, hex: what people and tables call it by; the first eight digits will do."""
        fields = (self.target, self.family, self.protocol, self.network, self.ports, self.name)
        return hashlib.sha256(json.dumps((self.kind.value, self.program, *fields)).encode()).hexdigest()


MOST_ATTRIBUTIONS = 16
"""Of one behaviour: the smallest are kept, in order of the alphabet. Any choice that a union of unions
repeats would do; more than these nobody reads."""

MOST_LIVES = 64
"""Lives that one behaviour names: the smallest ids. They are random, so with fewer than these their number is
exact, with as many the place of the largest tells about how many there are (within an eighth or so)."""

MOST_INSTANCES = 1024
"""Lives that a model names, likewise."""

MOST_HASHES = 8
"""Contents of one program's file: an image has one; more are seen where it is changed at run time."""

MOST_SHAPES = 16
"""Shapes of arguments of one behaviour. With more it is started with any: ANY_SHAPE alone is kept."""

ANY_SHAPE = "any"
"""Stands for all shapes: a program that is given other arguments each time."""

LARGEST_COUNT = (1 << 64) - 1
"""What a model file carries; adding up stops there."""

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """How often, when and by whom a behaviour was seen; no part of what it is.

    Every field is merged in a way that is commutative, associative and idempotent. Times in ns since the
    epoch.
    """

    count: int
    first_ns: int
    last_ns: int
    by: frozenset[str] = _NOTHING
    """Packages (`requests 2.32.3`), or files of code that is in none. At most MOST_ATTRIBUTIONS."""
    lives: frozenset[str] = _NOTHING
    """Lives of the container that showed it; among the model's. At most MOST_LIVES."""
    sha256: frozenset[str] = _NOTHING
    """exec: of the file, hex, where events told it. At most MOST_HASHES."""
    shapes: frozenset[str] = _NOTHING
    """exec: shapes of the arguments (`-c TEXT`, `-m TEXT --port NUMBER`), or ANY_SHAPE alone."""
    flagged: frozenset[str] = _NOTHING
    """Detectors that named an event that showed it. At most MOST_ATTRIBUTIONS."""
    judged: Judgement | None = None
    """What a person said of it."""
    unused: int = 0
    """Versions of the workload for which it was carried over and not seen; 0: seen in this one."""
    gone: bool = False
    """Carried over, and its program is not in the image any more."""

    def __post_init__(self) -> None:
        if len(self.lives) > MOST_LIVES:  # the one that grows: thousands of lives merge into one entry
            object.__setattr__(self, "lives", smallest(self.lives, MOST_LIVES))
        if self.by or self.sha256 or self.flagged:
            for name, most in _BOUNDS:
                if len(said := getattr(self, name)) > most:
                    object.__setattr__(self, name, smallest(said, most))
        if len(self.shapes) > MOST_SHAPES or (ANY_SHAPE in self.shapes and len(self.shapes) > 1):
            object.__setattr__(self, "shapes", frozenset({ANY_SHAPE}))

    @property
    def struck(self) -> bool:
        """Whether a person struck it out."""
        return self.judged is not None and self.judged.struck

    @property
    def stands(self) -> bool:
        """Whether it is behaviour that may be allowed: not struck out, and not flagged unless a person kept
        it."""
        return not self.judged.struck if self.judged else not self.flagged

    def merge(self, other: "Seen") -> "Seen":
        """Return what both know: the larger count, the earlier first time, the later last time."""
        return self if self == other else self._with(other, max(self.count, other.count))

    def plus(self, other: "Seen") -> "Seen":
        """Return what both saw together, when neither was told what the other was: counts are added up."""
        return self._with(other, min(self.count + other.count, LARGEST_COUNT))

    def _with(self, other: "Seen", count: int) -> "Seen":
        """Both together, so often."""
        return Seen(
            count,
            min(self.first_ns, other.first_ns),
            max(self.last_ns, other.last_ns),
            _joined(self.by, other.by),
            _joined(self.lives, other.lives),
            _joined(self.sha256, other.sha256),
            _joined(self.shapes, other.shapes),
            _joined(self.flagged, other.flagged),
            later(self.judged, other.judged),
            min(self.unused, other.unused),
            self.gone and other.gone,
        )


_BOUNDS = (
    ("by", MOST_ATTRIBUTIONS),
    ("sha256", MOST_HASHES),
    ("flagged", MOST_ATTRIBUTIONS),
)


def _joined(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The union; the same set where there is nothing to add, which is nearly always."""
    return one if other <= one else one | other


def smallest(said: Iterable[str], most: int) -> frozenset[str]:
    """So many of them, the first in order."""
    return frozenset(sorted(set(said))[:most])


@dataclass(frozen=True, slots=True)
class BehaviourModel:
    """The behaviour of one version of one workload: task family + container + image digest.

    Of a function: its name, `function`, and the fingerprint of its code.

    Merging is the union of sets and therefore commutative, associative and idempotent. Events are delivered
    at least once and models may be merged twice, so counts cannot be added up: a merge keeps the *largest*.
    A count is thus a lower bound, "one observer saw it at least this often", and never grows by being told
    again. How many lives of the container were observed is known exactly, up to MOST_INSTANCES: `instances`
    is a set too. What a person struck out stays in it, as struck out.
    """

    workload: str
    """Task family or name of the function; empty when unknown."""
    container: str
    image: str = ""
    """Digest of the image, or fingerprint of a function's code; empty when unknown."""
    seen: Mapping[Behaviour, Seen] = field(default_factory=dict)
    instances: frozenset[str] = frozenset()
    """Lives of the container that were observed (hex, as in the events). At most MOST_INSTANCES."""
    steps: frozenset[Transition] = frozenset()
    """How it came to where it stands (`standing`); empty: nobody asked it to go anywhere. The last
    MOST_STEPS."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "seen", MappingProxyType(dict(self.seen)))
        if len(self.instances) > MOST_INSTANCES:
            object.__setattr__(self, "instances", smallest(self.instances, MOST_INSTANCES))
        if len(self.steps) > MOST_STEPS:
            object.__setattr__(self, "steps", last_steps(self.steps))

    @property
    def standing(self) -> Standing:
        """How far it has come."""
        return standing_of(self.steps)

    @property
    def accepted(self) -> frozenset[Behaviour]:
        """Those that may be allowed: neither struck out nor flagged."""
        return frozenset(behaviour for behaviour, seen in self.seen.items() if seen.stands)

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

    def stepped(self, step: Transition | None) -> "BehaviourModel":
        """Return the model with one more step; without one, the same."""
        return replace(self, steps=self.steps | {step}) if step else self

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
        return replace(
            self, seen=seen, instances=self.instances | other.instances, steps=self.steps | other.steps
        )

    @property
    def title(self) -> str:
        """Name for messages."""
        image = f" ({self.image})" if self.image else ""
        return f"{self.workload or 'an unnamed workload'}/{self.container or 'an unnamed container'}{image}"
