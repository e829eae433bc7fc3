"""The flight record: events → the story of each life of a container and of each incident in it. Values."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainSerializer, TypeAdapter

from outrider.model.event import Event, FrameType, Mode
from outrider.model.incident import Incident, State
from outrider.runtime import incident_json
from outrider.runtime.incidents import Incidents, Reasons
from outrider.runtime.process_tree import EventJson, Process, grow
from outrider.runtime.watch import Watch

SCHEMA = "outrider.record/2"

IncidentJson = Annotated[Incident, PlainSerializer(incident_json.to_plain)]
"""An incident that is written as everywhere, schema `outrider.incident/1`."""


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


@dataclass(frozen=True, slots=True)
class FlightRecord:
    """Everything the events tell."""

    lives: tuple[Life, ...]
    incidents: tuple[IncidentJson, ...]
    """By time; a person calls them by their place, from 1 on."""
    told_twice: int
    """Events that came more than once, and were counted once."""

    def of(self, life: Life) -> tuple[Incident, ...]:
        """Incidents of one life."""
        mine = (life.container, life.instance)
        return tuple(one for one in self.incidents if (one.container, one.instance) == mine)


def build(
    events: Iterable[Event], reasons: Reasons | None = None, watch: Watch | None = None
) -> FlightRecord:
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
    told_lives = tuple(map(_life, ordered))
    incidents = sorted(_incidents(told_lives, reasons or {}, watch or Watch()), key=_by_time)
    return FlightRecord(told_lives, tuple(incidents), sum(told.values()) - len(told))


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
    """Return the record as JSON values, schema `outrider.record/2`; times in ns since the epoch."""
    plain: dict[str, Any] = _ADAPTER.dump_python(record, mode="json")
    return {"schema": SCHEMA} | plain


def _by_time(incident: Incident) -> tuple[int, str]:
    """When it began; at the same time, by its id."""
    return incident.begin_ns, incident.id


def _life(events: list[Event]) -> Life:
    """Tell one life."""
    events.sort(key=lambda event: (event.time_ns, event.seq))
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
        processes=grow(events),
        timeline=tuple(events),
    )


def _incidents(lives: Iterable[Life], reasons: Reasons, watch: Watch) -> Iterator[Incident]:
    """Those of each life, told as they are when it is over."""
    for life in lives:
        eye = Incidents(reasons=reasons)
        changes = [change for event in life.timeline for change in eye.take(event, watch.take(event))]
        for change in (*changes, *eye.finish()):
            if change.state is State.CLOSED and not change.merged_into:
                yield change.incident()


_ADAPTER = TypeAdapter(FlightRecord)
