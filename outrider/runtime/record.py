"""The flight record: events → the story of each life of a container and of each incident in it. Values."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from outrider.model.event import Event, FrameType, Mode, Verdict
from outrider.runtime import words
from outrider.runtime.process_tree import EventJson, Process, grow, lineage, prune

SCHEMA = "outrider.record/1"

INCIDENT_GAP_NS = 60_000_000_000
"""Deviations of one container that are less than a minute apart make one incident, and it is told from a
minute before: long enough for a person at a shell, short enough to tell two attacks apart."""

Reasons = Mapping[tuple[str, int], str]
"""(policy id in hex, rule) → the `why` of the rule."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """An act that the policy did not allow: stopped, or let through with an alert."""

    event: EventJson
    times: int
    """How often it happened: once, and what was counted as repeats."""
    why: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Deviations that belong together."""

    number: int
    """1-based, in the whole record, by time."""
    container: str
    instance: str
    stopped: Deviation
    """The first that was blocked; where nothing was, the first."""
    deviations: tuple[Deviation, ...]
    processes: tuple[Process, ...]
    """The processes involved, and those above them."""
    timeline: tuple[EventJson, ...]
    """What the processes involved did, from a minute before."""


@dataclass(frozen=True, slots=True)
class Life:
    """One life of one supervised container."""

    container: str
    instance: str
    argv: tuple[str, ...]
    engine: str
    kernel: str
    mode: Mode | None
    policy_id: str
    """The last that was in force."""
    policy_counter: int
    first_ns: int
    last_ns: int
    events: int
    """Different events in the record."""
    dropped: int
    """Events that the supervisor had no room for."""
    not_recorded: int
    """Events that were neither dropped nor are in the record: it is a part only."""
    processes: tuple[Process, ...]
    timeline: tuple[EventJson, ...]
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class FlightRecord:
    """Everything the events tell."""

    lives: tuple[Life, ...]
    told_twice: int
    """Events that came more than once, and were counted once."""

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """All incidents, by number."""
        found = (incident for life in self.lives for incident in life.incidents)
        return tuple(sorted(found, key=lambda incident: incident.number))


def build(events: Iterable[Event], reasons: Reasons | None = None) -> FlightRecord:
    """Tell the story of events of any number of containers, in any order, told once or more."""
    told: Counter[tuple[str, str, int, int]] = Counter()
    lives: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        # without an instance the number alone does not tell two events apart; a HELLO always has number 0
        unnumbered = not event.instance or event.type is FrameType.HELLO
        key = (event.container, event.instance, event.seq, event.time_ns if unnumbered else 0)
        told[key] += 1
        if told[key] == 1:
            lives[event.container, event.instance].append(event)
    _give_notices(lives)
    ordered = sorted(lives.values(), key=lambda life: min(event.time_ns for event in life))
    numbers = iter(range(1, sum(map(len, ordered)) + 1))
    return FlightRecord(
        tuple(_life(life, reasons or {}, numbers) for life in ordered),
        sum(told.values()) - len(told),
    )


def _give_notices(lives: defaultdict[tuple[str, str], list[Event]]) -> None:
    """What the agent said of a container belongs to the life that was lived then: it is none itself."""
    for container in [name for name, instance in lives if not instance]:
        begun = {
            min(event.time_ns for event in events): events
            for (name, instance), events in lives.items()
            if name == container and instance
        }
        if not begun:
            continue
        for notice in lives.pop((container, "")):
            before = [start for start in begun if start <= notice.time_ns]
            begun[max(before) if before else min(begun)].append(notice)


def to_plain(record: FlightRecord) -> dict[str, Any]:
    """Return the record as JSON values, schema `outrider.record/1`; times in ns since the epoch."""
    plain: dict[str, Any] = _ADAPTER.dump_python(record, mode="json")
    return {"schema": SCHEMA} | plain


def _life(events: list[Event], reasons: Reasons, numbers: Iterator[int]) -> Life:
    """Tell one life."""
    events.sort(key=lambda event: (event.time_ns, event.seq))
    processes = grow(events)
    deviations = _deviations(events, reasons)
    incidents = tuple(_incident(next(numbers), group, events, processes) for group in _groups(deviations))
    about = [event for event in events if event.policy_id and event.instance] or events
    last = about[-1]
    numbered = [event for event in events if event.seq]  # neither HELLO nor the agent's notices have a number
    dropped = max(event.dropped for event in events)
    not_recorded = max((event.seq for event in numbered), default=0) - len(numbered) - dropped
    return Life(
        container=events[0].container,
        instance=max(event.instance for event in events),
        argv=next((event.argv for event in events if event.type is FrameType.START), ()),
        engine=next((event.engine for event in about if event.engine), ""),
        kernel=next((event.kernel for event in about if event.kernel), ""),
        mode=last.mode,
        policy_id=last.policy_id,
        policy_counter=last.policy_counter,
        first_ns=events[0].time_ns,
        last_ns=events[-1].time_ns,
        events=len(numbered),
        dropped=dropped,
        not_recorded=max(0, not_recorded),
        processes=processes,
        timeline=tuple(events),
        incidents=incidents,
    )


def _deviations(events: Sequence[Event], reasons: Reasons) -> list[Deviation]:
    """Acts that were not allowed, each with its repeats and the reason of the policy that was in force."""
    repeats: Counter[int] = Counter()
    for event in events:
        if event.type is FrameType.REPEAT:
            repeats[event.ref_seq] += event.count
    policy = ""
    found = []
    for event in events:
        refused = event.type is FrameType.POLICY and event.verdict is Verdict.BLOCK
        if event.policy_id and not refused:
            policy = event.policy_id
        if event.type is FrameType.EVENT and event.verdict in (Verdict.ALERT, Verdict.BLOCK):
            why = words.why(event, reasons.get((policy, event.rule)))
            found.append(Deviation(event, 1 + repeats[event.seq], why))
    return found


def _groups(deviations: Iterable[Deviation]) -> Iterator[list[Deviation]]:
    """Deviations that follow each other closely."""
    group: list[Deviation] = []
    for deviation in deviations:
        if group and deviation.event.time_ns - group[-1].event.time_ns > INCIDENT_GAP_NS:
            yield group
            group = []
        group.append(deviation)
    if group:
        yield group


def _incident(
    number: int, group: Sequence[Deviation], events: Sequence[Event], processes: tuple[Process, ...]
) -> Incident:
    """Tell one incident."""
    first, last = group[0].event, group[-1].event
    involved = {pid for deviation in group for pid in _involved(deviation.event)}
    timeline = tuple(
        event
        for event in events
        if event.type is FrameType.EVENT
        and event.pid in involved
        and first.time_ns - INCIDENT_GAP_NS <= event.time_ns <= last.time_ns
    )
    blocked = (deviation for deviation in group if deviation.event.verdict is Verdict.BLOCK)
    return Incident(
        number=number,
        container=first.container,
        instance=first.instance,
        stopped=next(blocked, group[0]),
        deviations=tuple(group),
        processes=prune(processes, {event.seq for event in timeline}),
        timeline=timeline,
    )


def _involved(event: Event) -> list[int]:
    """The process that acted and those above it, but for the first of all, from which everything descends."""
    line = [pid for pid, _ in lineage(event)]
    return line[1:] or line


_ADAPTER = TypeAdapter(FlightRecord)
