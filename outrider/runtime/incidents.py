"""Events and detections → incidents, as they come. Over a whole record it is the same, in order of time."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from outrider.model.detection import Detection
from outrider.model.event import Event, FrameType, Verdict, deviates
from outrider.model.incident import Incident, State
from outrider.runtime import words
from outrider.runtime.detectors.detector import Detector
from outrider.runtime.detectors.registry import DETECTORS
from outrider.runtime.incident_story import Story, keys, pids
from outrider.runtime.incident_telling import identity, tell
from outrider.runtime.process_tree import lineage

GAP_NS = 60_000_000_000
"""What follows within a minute belongs together, and a story is told from a minute before: long enough for a
person at a shell, short enough to tell two attacks apart."""
MOST_OPEN = 32
"""Incidents that grow at once; the one that was quiet longest is closed for another."""
MOST_LIVES = 64
"""Lives of containers that are remembered; as in Watch."""
MOST_RECENT = 256
"""Events of one life that an incident may begin with."""
MOST_REPEATED = 1024
"""Deviations of one life whose repeats still find their incident."""

Reasons = Mapping[tuple[str, int], str]
"""(policy id in hex, rule) → the `why` of the rule."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something became of an incident. It is told when it is asked for: an attack changes it often."""

    state: State
    story: Story
    catalogue: Mapping[str, Detector]
    merged_into: str = ""

    @property
    def id(self) -> str:
        """Of the incident."""
        return identity(self.story)

    def incident(self) -> Incident:
        """As it stands now, not as it stood then."""
        return tell(self.story, self.state, self.catalogue, self.merged_into)


@dataclass(slots=True)
class _Life:
    """What is remembered of one life of a container."""

    recent: deque[Event] = field(default_factory=lambda: deque(maxlen=MOST_RECENT))
    repeated: OrderedDict[int, Story] = field(default_factory=OrderedDict)
    stories: list[Story] = field(default_factory=list)
    policy: str = ""
    """Id of the one in force."""


class Incidents:
    """Those that are open, and enough of the past to begin the next."""

    def __init__(
        self,
        detectors: Iterable[Detector] = DETECTORS,
        reasons: Reasons | None = None,
        most_open: int = MOST_OPEN,
    ) -> None:
        """`detectors`: what is known of those whose detections will come."""
        self._catalogue = {detector.id: detector for detector in detectors}
        self._reasons = reasons or {}
        self._most_open = most_open
        self._lives: OrderedDict[tuple[str, str], _Life] = OrderedDict()
        self._open: OrderedDict[Story, _Life] = OrderedDict()
        """Longest quiet first."""
        self._now = 0

    def take(self, event: Event, detections: Sequence[Detection] = ()) -> tuple[Change, ...]:
        """The next event, and what detectors found when they saw it."""
        changes = self.tick(event.time_ns) if self._open else ()
        if event.type is FrameType.EVENT:
            if event.verdict is Verdict.ALLOW and not detections and not (life := self._life(event)).stories:
                life.recent.append(event)  # the usual one matters to nobody
                return changes
            return (*changes, *self._act(self._life(event), event, detections))
        if event.type is FrameType.REPEAT:
            return (*changes, *self._repeat(self._life(event), event, detections))
        if event.policy_id and event.instance and not _refused(event):
            self._life(event).policy = event.policy_id
        return changes

    def tick(self, now_ns: int) -> tuple[Change, ...]:
        """Close what was quiet for long enough."""
        self._now = max(self._now, now_ns)
        closed = []
        while self._open and self._now - next(iter(self._open)).end_ns > GAP_NS:
            closed.append(self._close(next(iter(self._open))))
        return tuple(closed)

    def finish(self) -> tuple[Change, ...]:
        """Close all that is open: there will be no more events."""
        return tuple(self._close(story) for story in list(self._open))

    def _act(self, life: _Life, event: Event, detections: Sequence[Detection]) -> Iterator[Change]:
        """One act that deviates, that detectors saw something in, or beside which a story goes on."""
        odd = deviates(event)
        if odd or detections:
            yield from self._notable(life, event, self._why(life, event) if odd else "", detections)
        elif life.stories:
            above = set(pids(event))
            for story in life.stories:
                if not above.isdisjoint(story.keys):
                    story.follow(event)
                    break
        life.recent.append(event)

    def _notable(
        self, life: _Life, event: Event, why: str, detections: Sequence[Detection]
    ) -> Iterator[Change]:
        """A deviation, or what completed a detector's shape."""
        known = keys(event)
        # the first of all too: it may have acted itself, and a long line is told from its middle
        line = known | {pid for pid, _ in lineage(event)}
        found = [story for story in life.stories if not line.isdisjoint(story.keys)]
        if not found and known == {0}:  # a look-up that was seen on the wire: whose, nobody knows
            found = life.stories[-1:]
        if not found:
            yield from self._make_room()
        story = found[0] if found else self._begin(life, event, known)
        for other in found[1:]:
            yield self._merge(life, other, story)
        named = {seq for detection in detections for seq in detection.seqs}
        for earlier in life.recent if named else ():
            if earlier.seq in named:
                story.recall(earlier)
        story.act(event, why, detections)
        if why:
            life.repeated[event.seq] = story
            if len(life.repeated) > MOST_REPEATED:
                life.repeated.popitem(last=False)
        self._open.move_to_end(story)
        yield Change(State.UPDATED if found else State.OPENED, story, self._catalogue)

    def _repeat(self, life: _Life, event: Event, detections: Sequence[Detection]) -> Iterator[Change]:
        """An act that happened again. What is over is not begun anew by it."""
        story = life.repeated.get(event.ref_seq)
        if story is None or story not in self._open:
            first = next((one for one in life.recent if one.seq == event.ref_seq), None)
            if first is not None and detections:
                yield from self._notable(life, first, "", detections)
            return
        story.repeat(event)
        story.see(event, detections)
        self._open.move_to_end(story)
        yield Change(State.UPDATED, story, self._catalogue)

    def _begin(self, life: _Life, event: Event, known: set[int | str]) -> Story:
        """A new story, with what its processes did before."""
        story = Story(
            event.container, event.instance, event.seq, event.time_ns, end_ns=event.time_ns, keys=known
        )
        above = set(pids(event))
        since = event.time_ns - GAP_NS
        story.before = tuple(
            one for one in life.recent if one.pid in above and one.kind is not None and one.time_ns >= since
        )[-_BEFORE:]
        life.stories.append(story)
        self._open[story] = life
        return story

    def _make_room(self) -> Iterator[Change]:
        """For one more."""
        while len(self._open) >= self._most_open:
            yield self._close(next(iter(self._open)))

    def _merge(self, life: _Life, other: Story, into: Story) -> Change:
        """Two turn out to be one."""
        into.absorb(other)
        for seq, story in life.repeated.items():
            if story is other:
                life.repeated[seq] = into
        self._open.pop(other)
        life.stories.remove(other)
        return Change(State.CLOSED, other, self._catalogue, identity(into))

    def _close(self, story: Story) -> Change:
        """Nothing more will be added."""
        self._open.pop(story).stories.remove(story)
        return Change(State.CLOSED, story, self._catalogue)

    def _why(self, life: _Life, event: Event) -> str:
        """Why it was decided so."""
        return words.why(event, self._reasons.get((life.policy, event.rule)))

    def _life(self, event: Event) -> _Life:
        """The life an event belongs to. The one unheard of longest goes; its incidents stay open."""
        key = (event.container, event.instance)
        life = self._lives.get(key)
        if life is None:
            life = self._lives[key] = _Life()
            if len(self._lives) > MOST_LIVES:
                self._lives.popitem(last=False)
        self._lives.move_to_end(key)
        return life


_BEFORE = 32
"""Events from before that are told: the last ones."""


def _refused(event: Event) -> bool:
    """Whether it tells of a policy that was not taken."""
    return event.type is FrameType.POLICY and event.verdict is Verdict.BLOCK
