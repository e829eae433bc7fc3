"""Events → behaviour models: the union of what was seen, generalised."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.event import FUNCTION, Event, FrameType, Kind, Verdict
from outrider.runtime.acts import Acts
from outrider.runtime.behaviours import attribution_of, behaviour_of


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of the events."""

    models: tuple[BehaviourModel, ...]
    """One a container, sorted by its name; of functions one for each function and version of its code."""
    taken: int
    """Events that taught something."""
    left_out: Mapping[str, int]
    """Reason → how many events were left out for it."""


def learn(
    events: Iterable[Event | Acts],
    *,
    workload: str = "",
    images: Mapping[str, str] | None = None,
    assumed: Mapping[str, str] | None = None,
    containers: Collection[str] = (),
) -> Learned:
    """Learn from events, in any order; an event told twice (same instance, same seq) counts once.

    Only what was let through teaches: an act that was blocked, or an exec that failed, is not behaviour. In a
    function what was flagged teaches nothing either: there an alert is never how learning reports, it is a
    protection that saw something, or a policy that does not allow it. The entry point is an exec too, by the
    launcher, told under its real path; START adds nothing to that.
    `images` are digests by container, whatever else is known of them; `assumed` are those of containers of
    which nothing else is known. `containers`, when given, are the only ones learned. Functions say their name
    themselves and learn under it. Memory grows with the number of different events, not with what defenders
    count as repeats.
    """
    lessons: defaultdict[tuple[str, str], _Lesson] = defaultdict(_Lesson)
    results: Counter[str] = Counter()
    for event in events:
        container = FUNCTION if isinstance(event, Acts) else event.container
        if containers and container not in containers:
            results["of another container"] += len(event.acts) if isinstance(event, Acts) else 1
            continue
        lesson = lessons[event.function, event.instance if event.function else container]
        lesson.container = container
        results.update(lesson.take_acts(event) if isinstance(event, Acts) else [lesson.take(event)])
    taken = results.pop(_TAUGHT, 0)
    models: defaultdict[tuple[str, str, str], _Union] = defaultdict(_Union)
    for (function, _), lesson in lessons.items():
        container = lesson.container
        image = (images or {}).get(container) or max(lesson.images, default="")
        image = image or (assumed or {}).get(container, "")
        seen = lesson.counted()
        if seen or image or not function:  # an environment of unknown code that did nothing is no version
            models[function or workload, container, image].add(seen, lesson.instances)
    made = (union.model(*key) for key, union in sorted(models.items()))
    return Learned(tuple(model for model in made if model), taken, results)


_TAUGHT = ""


@dataclass(slots=True)
class _Lesson:
    """What is known of one container, or one environment of a function.

    Repeats may come before what they repeat: they are added last.
    """

    container: str = ""
    images: set[str] = field(default_factory=set)
    told: set[tuple[str, int]] = field(default_factory=set)
    instances: set[str] = field(default_factory=set)
    seen: dict[Behaviour, Seen] = field(default_factory=dict)
    acts: dict[Event, Seen] = field(default_factory=dict)
    by_event: dict[tuple[str, int], Behaviour] = field(default_factory=dict)
    repeats: dict[tuple[str, int], Seen] = field(default_factory=dict)

    def take(self, event: Event) -> str:
        """Take one event; return why it was left out, empty when it was not."""
        if event.instance:
            self.instances.add(event.instance)
        if event.type not in (FrameType.EVENT, FrameType.REPEAT):
            return "about the supervisor itself"
        place = (event.instance, event.seq)
        if event.instance:  # without one, the same number may be another event
            if place in self.told:
                return "told before"
            self.told.add(place)
        if event.type is FrameType.EVENT:
            return self._take_act(event)
        _count(self.repeats, (event.instance, event.ref_seq), _seen(event, event.count))
        return _TAUGHT

    def _take_act(self, event: Event) -> str:
        """Take something a program did."""
        if reason := _why_not(event):
            return reason
        behaviour = behaviour_of(event)
        if behaviour is None:
            return _NO_TARGET
        _count(self.seen, behaviour, _seen(event, 1))
        self.by_event[event.instance, event.seq] = behaviour
        return _TAUGHT

    def take_acts(self, line: Acts) -> Iterator[str]:
        """Take what one line tells; give for each act why it was left out, empty when it was not.

        An environment tells an act in one line. If lines disagree on it, the larger count is taken: told
        again is not seen again.
        """
        self.instances.add(line.instance)
        self.images |= {line.image} - {""}
        for act, seen in line.acts:
            reason = _why_not(act) or ("" if behaviour_of(act) else _NO_TARGET)
            known = self.acts.get(act)
            together = known.merge(seen) if known else seen
            if reason or known == together:
                yield reason or "told before"
                continue
            self.acts[act] = together
            yield _TAUGHT

    def counted(self) -> dict[Behaviour, Seen]:
        """What was seen, all in all."""
        seen = dict(self.seen)
        for place, repeated in self.repeats.items():
            if place in self.by_event:
                _count(seen, self.by_event[place], repeated)
        acts: dict[Behaviour, Seen] = {}
        for act, told in self.acts.items():
            behaviour = behaviour_of(act)
            if behaviour is not None:
                by = Seen(told.count, told.first_ns, told.last_ns, attribution_of(act))
                _count(acts, behaviour, by)
        for behaviour, told in acts.items():  # events may have told the same acts, one by one
            seen[behaviour] = seen[behaviour].merge(told) if behaviour in seen else told
        return seen


@dataclass(slots=True)
class _Union:
    """Environments of one version of a workload."""

    seen: dict[Behaviour, Seen] = field(default_factory=dict)
    instances: set[str] = field(default_factory=set)

    def add(self, seen: Mapping[Behaviour, Seen], instances: Collection[str]) -> None:
        """Take what was seen in one."""
        self.instances.update(instances)
        for behaviour, one in seen.items():
            _count(self.seen, behaviour, one)

    def model(self, workload: str, container: str, image: str) -> BehaviourModel | None:
        """Return what was learned; None when nobody was there."""
        if not (self.seen or self.instances):
            return None
        return BehaviourModel(workload, container, image, self.seen, frozenset(self.instances))


_NO_TARGET = "without a target that a rule could name"


def _why_not(event: Event) -> str:
    """Why something that was done teaches nothing; empty when it does."""
    if event.verdict is Verdict.BLOCK:
        return "blocked"
    if event.function and event.verdict is Verdict.ALERT:
        return "flagged"
    if event.kind is Kind.EXEC and event.errno:
        return "an exec that failed"
    if not event.program and event.kind is not Kind.INVOKE:
        return "by a program that could not be named"
    return ""


def _count(counts: dict[Any, Seen], key: Hashable, more: Seen) -> None:
    """Add up counts of one observer."""
    counts[key] = counts[key].plus(more) if key in counts else more


def _seen(event: Event, count: int) -> Seen:
    """So many times, at the time of the event, by whoever it says."""
    return Seen(max(count, 0), event.time_ns, event.time_ns, attribution_of(event))
