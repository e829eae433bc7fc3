"""Events → behaviour models: the union of what was seen, generalised."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.detection import Confidence
from outrider.model.event import FUNCTION, Event, FrameType, Kind, Verdict
from outrider.model.folding import fold
from outrider.runtime.acts import Acts
from outrider.runtime.behaviours import (
    Network,
    attribution_of,
    behaviour_of,
    inside,
    made_directory,
    own_networks,
    seen_of,
)
from outrider.runtime.flags import Flagged, Flags, Place, because
from outrider.runtime.watch import Watch


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of the events."""

    models: tuple[BehaviourModel, ...]
    """One a container, sorted by its name; of functions one for each function and version of its code."""
    taken: int
    """Events that taught something."""
    left_out: Mapping[str, int]
    """Reason → how many events were left out for it."""
    noticed: Mapping[str, int] = field(default_factory=dict)
    """Detector → how often it fired with too little confidence to keep anything from being learned."""
    flagged: tuple[Flagged, ...] = ()
    """What was left out because a detector named it, sorted."""


def learn(
    events: Iterable[Event | Acts],
    *,
    workload: str = "",
    images: Mapping[str, str] | None = None,
    assumed: Mapping[str, str] | None = None,
    containers: Collection[str] = (),
    networks: Sequence[str] = (),
    watch: Watch | None = None,
    accept: Collection[str] = (),
) -> Learned:
    """Learn from events, in any order; an event told twice (same instance, same seq) counts once.

    Only what was let through teaches: an act that was blocked, or an exec that failed, is not behaviour. In a
    function what was flagged teaches nothing either: there an alert is never how learning reports, it is a
    protection that saw something, or a policy that does not allow it. The entry point is an exec too, by the
    launcher, told under its real path; START adds nothing to that.
    `images` are digests by container, whatever else is known of them; `assumed` are those of containers of
    which nothing else is known. `containers`, when given, are the only ones learned. Functions say their name
    themselves and learn under it. Memory grows with the number of different events, not with what defenders
    count as repeats. `networks`, CIDR, are the task's own: a peer there has another address after each
    deployment.

    `watch` has detectors look at every event that was not told before: what they name is left out, and told
    in `flagged`, but for those whose ids are in `accept`, and what is named with low confidence only:
    ordinary programs do that, and it is counted in `noticed`. They see events as they come; events of one
    life should come in order of time, lives may be mixed.
    """
    own = own_networks(networks)
    lessons: defaultdict[tuple[str, str], _Lesson] = defaultdict(_Lesson)
    results: Counter[str] = Counter()
    for event in events:
        container = FUNCTION if isinstance(event, Acts) else event.container
        if containers and container not in containers:
            results["of another container"] += len(event.acts) if isinstance(event, Acts) else 1
            continue
        lesson = lessons[event.function, event.instance if event.function else container]
        lesson.container, lesson.own = container, own
        if isinstance(event, Acts):
            results.update(lesson.take_acts(event))
        else:
            results[lesson.take(event, watch, accept)] += 1
    models: defaultdict[tuple[str, str, str], _Union] = defaultdict(_Union)
    flagged: list[Flagged] = []
    noticed: Counter[str] = Counter()
    for (function, _), lesson in lessons.items():
        container = lesson.container
        image = (images or {}).get(container) or max(lesson.images, default="")
        image = image or (assumed or {}).get(container, "")
        lesson.retract(results)
        seen = lesson.counted()
        flagged += lesson.flags.told(container, seen)
        noticed += lesson.noticed
        if seen or image or not function:  # an environment of unknown code that did nothing is no version
            models[function or workload, container, image].add(seen, lesson.instances)
    taken = results.pop(_TAUGHT, 0)
    made = (union.model(*key) for key, union in sorted(models.items()))
    told = tuple(sorted(flagged, key=lambda one: one.order))
    return Learned(tuple(model for model in made if model), taken, +results, noticed, told)


_TAUGHT = ""

WITHHELD = Confidence.MEDIUM
"""So sure a detector must be for what it names not to be learned. What ordinary programs do now and then (a
daemon's chroot) would otherwise be stopped once the model blocks."""


@dataclass(slots=True)
class _Lesson:
    """What is known of one container, or one environment of a function.

    Repeats may come before what they repeat: they are added last.
    """

    container: str = ""
    own: tuple[Network, ...] = ()
    images: set[str] = field(default_factory=set)
    told: set[Place] = field(default_factory=set)
    instances: set[str] = field(default_factory=set)
    seen: dict[Behaviour, Seen] = field(default_factory=dict)
    """By events without an instance, whose numbers say nothing."""
    acts: dict[Event, Seen] = field(default_factory=dict)
    by_event: dict[Place, tuple[Behaviour, Seen]] = field(default_factory=dict)
    same: dict[Behaviour, Behaviour] = field(default_factory=dict)
    """Each behaviour once, however many events show it."""
    repeats: dict[Place, Seen] = field(default_factory=dict)
    directories: set[Place] = field(default_factory=set)
    """Where a program made itself a directory: what it will put there is its behaviour, seen or not yet."""
    flags: Flags = field(default_factory=Flags)
    noticed: Counter[str] = field(default_factory=Counter)

    def take(self, event: Event, watch: Watch | None, accept: Collection[str]) -> str:
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
        named = self._named(event, place, watch, accept)
        if event.type is FrameType.EVENT:
            return self._take_act(event, place, named)
        first = (event.instance, event.ref_seq)
        if named:
            self.flags.about(place, self.by_event[first][0] if first in self.by_event else None)
            return because(named)
        _count(self.repeats, first, seen_of(event, event.count))
        return _TAUGHT

    def _named(self, event: Event, place: Place, watch: Watch | None, accept: Collection[str]) -> str:
        """The detector that names an event."""
        found = watch.take(event) if watch is not None else ()
        wanted = [one for one in found if one.detector not in accept]
        self.noticed.update(one.detector for one in wanted if one.confidence < WITHHELD)
        return self.flags.take([one for one in wanted if one.confidence >= WITHHELD], place)

    def _take_act(self, event: Event, place: Place, named: str) -> str:
        """Take something a program did."""
        if reason := _why_not(event):
            return reason
        behaviour = self._behaviour(event)
        if named:
            self.flags.about(place, behaviour)
            return because(named)
        if behaviour is None:
            return _NO_TARGET
        if event.instance:
            self.by_event[place] = behaviour, seen_of(event, 1)
            if made_directory(event):
                self.directories.add(place)
        else:
            _count(self.seen, behaviour, seen_of(event, 1))
        return _TAUGHT

    def _behaviour(self, event: Event) -> Behaviour | None:
        """What an event shows."""
        behaviour = behaviour_of(event, self.own)
        return self.same.setdefault(behaviour, behaviour) if behaviour else None

    def retract(self, results: Counter[str]) -> None:
        """Leave out what was taken before a detector named it, and correct the counts."""
        for place, detector in self.flags.named.items():
            known = self.by_event.pop(place, None)
            if known is not None:
                self.flags.about(place, known[0])
                results[_TAUGHT] -= 1
                results[because(detector)] += 1

    def take_acts(self, line: Acts) -> Iterator[str]:
        """Take what one line tells; give for each act why it was left out, empty when it was not.

        An environment tells an act in one line. If lines disagree on it, the larger count is taken: told
        again is not seen again.
        """
        self.instances.add(line.instance)
        self.images |= {line.image} - {""}
        for act, seen in line.acts:
            reason = _why_not(act) or ("" if self._behaviour(act) else _NO_TARGET)
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
        for place, (behaviour, one) in self.by_event.items():
            _count(seen, behaviour, one)
            if place in self.repeats:
                _count(seen, behaviour, self.repeats[place])
            if place in self.directories:
                _count(seen, inside(behaviour), one)
        acts: dict[Behaviour, Seen] = {}
        for act, told in self.acts.items():
            if (shown := self._behaviour(act)) is not None:
                lives = frozenset({act.instance})
                by = Seen(told.count, told.first_ns, told.last_ns, attribution_of(act), lives)
                _count(acts, shown, by)
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
        return BehaviourModel(workload, container, image, fold(self.seen), frozenset(self.instances))


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
