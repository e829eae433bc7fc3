"""Events → detections: every detector over every life of a container, as events come."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from outrider.model.detection import Detection
from outrider.model.event import Event, FrameType, Kind
from outrider.runtime.detectors.detector import Detector, Scene, Step, detection, is_expected
from outrider.runtime.detectors.registry import DETECTORS

MOST_LIVES = 64
"""Lives watched at once; the one unheard of longest gives way. A task has ten containers."""
MOST_REMEMBERED = 1024
"""Events of one life whose repeats can still be told as what they repeat."""

_Sort = tuple[Kind | None, bool, bool]
"""Kind, whether a rule of the policy allows it, whether it is a repeat."""


class Watch:
    """The detectors at work. Memory is bounded: by the lives, their states, what is remembered of each."""

    def __init__(
        self,
        scene: Callable[[str], Scene] = lambda container: Scene(),
        detectors: Sequence[Detector] = DETECTORS,
    ) -> None:
        """`scene`: what is known of a container, by its name; asked once for each life."""
        self._scene = scene
        self._wanting = _wanting(detectors)
        self._detectors = tuple(detectors)
        self._lives: OrderedDict[tuple[str, str], _Life] = OrderedDict()
        self._last: tuple[str, str] = ("", "")
        """Whose event came last."""

    def take(self, event: Event) -> tuple[Detection, ...]:
        """What the next event shows."""
        if event.type is not FrameType.EVENT and event.type is not FrameType.REPEAT:
            return ()
        life = self._life(event)
        if event.type is FrameType.EVENT:
            life.remember(event)
            return self._step(life, event, repeated=False)
        first = life.events.get(event.ref_seq)
        if first is None:
            return ()
        again = replace(first, type=FrameType.REPEAT, seq=event.seq, time_ns=event.time_ns, count=event.count)
        return self._step(life, again, repeated=True)

    def _step(self, life: "_Life", event: Event, *, repeated: bool) -> tuple[Detection, ...]:
        """Give an event to the detectors that want it."""
        found: tuple[Detection, ...] = ()
        states = life.states
        for place, step, detector in self._wanting.get((event.kind, is_expected(event), repeated), ()):
            states[place], hits = step(states[place], event)
            if hits:
                found += tuple(detection(detector, hit) for hit in hits)
        return found

    def _life(self, event: Event) -> "_Life":
        """The life an event belongs to."""
        key = (event.container, event.instance)
        life = self._lives.get(key)
        if life is not None and key == self._last:
            return life
        if life is None:
            scene = self._scene(event.container)
            life = self._lives[key] = _Life([detector.begin(scene) for detector in self._detectors])
            if len(self._lives) > MOST_LIVES:
                self._lives.popitem(last=False)
        self._lives.move_to_end(key)
        self._last = key
        return life


class _Life:
    """One life of one container."""

    __slots__ = ("events", "states")

    def __init__(self, states: list[Any]) -> None:
        self.states = states
        self.events: OrderedDict[int, Event] = OrderedDict()

    def remember(self, event: Event) -> None:
        """For its repeats."""
        self.events[event.seq] = event
        if len(self.events) > MOST_REMEMBERED:
            self.events.popitem(last=False)


def watch(
    events: Iterable[Event], scene: Callable[[str], Scene] = lambda container: Scene()
) -> list[Detection]:
    """What all events together show, in order of time."""
    eye = Watch(scene)
    return [found for event in sorted(events, key=_order) for found in eye.take(event)]


def _order(event: Event) -> tuple[int, int]:
    """Time, then number."""
    return event.time_ns, event.seq


def _wanting(detectors: Sequence[Detector]) -> Mapping[_Sort, tuple[tuple[int, Step, Detector], ...]]:
    """Sort of event → detectors that want it, with their places and steps."""
    found: defaultdict[_Sort, list[tuple[int, Step, Detector]]] = defaultdict(list)
    for place, detector in enumerate(detectors):
        for kind, expected, repeated in product(detector.kinds, (False, True), (False, True)):
            if (detector.even_if_allowed or not expected) and (detector.repeats or not repeated):
                found[kind, expected, repeated].append((place, detector.step, detector))
    return {sort: tuple(those) for sort, those in found.items()}
