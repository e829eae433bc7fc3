"""What a detector is: a function of a state and an event, and what a person has to know about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.model.behaviour import Behaviour
from outrider.model.detection import MOST_EVIDENCE, Confidence, Detection
from outrider.model.event import Event, Kind, Verdict
from outrider.model.finding import Severity

SECOND = 1_000_000_000
"""ns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is known of a container before its events come. Everything may be empty: then less is known."""

    known: frozenset[Behaviour] = frozenset()
    """What its model has: the container was seen to do that before, and somebody let it pass."""
    networks: tuple[str, ...] = ()
    """The task's own networks, CIDR."""
    resolvers: tuple[str, ...] = ()
    """Addresses of its name servers, as /etc/resolv.conf has them."""
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Names of lists (`detectors/lists.py`) → entries that come on top of the built-in ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What `step` finds: an instance of the detector's shape."""

    event: Event
    """The one that completed it."""
    what: str
    """As in Detection."""
    earlier: tuple[int, ...] = ()
    """Numbers of events before it that belong to it."""
    facts: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None
    """Where this one is worse, or less bad, than the detector says."""
    confidence: Confidence | None = None


Step = Callable[[Any, Event], tuple[Any, tuple[Hit, ...]]]
"""(state, event) → (state, what was found). Pure: the old state is left as it was, times are the events'.

A state is bounded, however many events come. Events come in order of time within one life of a container, the
odd one late; numbers are not dense. A repeat is given as the event it repeats, with type REPEAT, `count` and
the repeat's own `seq` and `time_ns`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One shape."""

    id: str
    """Lower case with hyphens; the file's name has underscores."""
    title: str
    """As a person says it: `A shell with a socket for its input`."""
    severity: Severity
    confidence: Confidence
    attack: tuple[str, ...]
    """MITRE ATT&CK techniques, as `T1059.004`."""
    falco: tuple[str, ...] = ()
    """Rules of Falco that are after the same, by their names."""
    guardduty: tuple[str, ...] = ()
    """Runtime findings of GuardDuty likewise, without the resource: `Execution/ReverseShell`."""
    explanation: str
    """What it looks for, and why that is a sign."""
    false_positives: str
    """Who does the same without harm."""
    advice: str
    """What to do now."""
    kinds: frozenset[Kind]
    """Events of other kinds are not given to it."""
    begin: Callable[[Scene], Any]
    """The first state."""
    step: Step
    repeats: bool = False
    """Whether it wants repeats too."""
    even_if_allowed: bool = False
    """Whether it also looks at what a rule of the policy allows. Most do not: somebody said yes to it."""


def is_expected(event: Event) -> bool:
    """Whether a rule of the policy allows it: not the default of its kind, which allows while learning."""
    return event.verdict is Verdict.ALLOW and event.rule > 0


def detection(detector: Detector, hit: Hit) -> Detection:
    """What a hit is to everybody else."""
    event = hit.event
    seqs = sorted({*hit.earlier, event.seq})[-MOST_EVIDENCE:]
    return Detection(
        detector=detector.id,
        severity=detector.severity if hit.severity is None else hit.severity,
        confidence=detector.confidence if hit.confidence is None else hit.confidence,
        container=event.container,
        instance=event.instance,
        time_ns=event.time_ns,
        seqs=tuple(seqs),
        pid=event.pid,
        program=event.program,
        what=hit.what,
        facts=hit.facts,
    )


def stateless(find: Callable[[Event], tuple[Hit, ...]]) -> tuple[Callable[[Scene], None], Step]:
    """`begin` and `step` of a detector that looks at one event alone."""

    def begin(_: Scene) -> None:
        return None

    def step(state: None, event: Event) -> tuple[None, tuple[Hit, ...]]:
        return state, find(event)

    return begin, step
