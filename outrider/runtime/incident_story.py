"""One incident while it grows. Memory is bounded, however long it goes on; what is left out is counted."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from outrider.model.detection import MOST_EVIDENCE, Detection
from outrider.model.event import Event, Kind, Verdict
from outrider.model.incident import Deviation
from outrider.runtime.blast import leaves_the_task, touches_credentials
from outrider.runtime.kept import Kept
from outrider.runtime.process_tree import lineage

MOST_DEVIATIONS, LAST_DEVIATIONS = 64, 32
"""First and last acts of one incident that are told in full: a page of them is read, hundreds are not."""
MOST_FOLLOWED, LAST_FOLLOWED = 32, 32
"""Likewise of what the processes did that it started, and was allowed."""
MOST_BESIDE = 32
"""Events of the processes it came from, before it and since: a server at work has thousands."""
MOST_SHAPES = 32
"""Detectors times processes."""
MOST_KEYS = 4096
"""Processes of one incident: more are still known by their program."""
MOST_COUNTED = 4096
"""Deviations whose repeats are counted one by one."""

Key = int | str
"""A pid, or the program at the top of a process tree."""


@dataclass(slots=True)
class Seen:
    """What a detector saw of one process."""

    detection: Detection
    times: int = 1

    def again(self, other: Detection) -> None:
        """The same once more: its evidence is added, what is worse is told."""
        seqs = tuple(sorted({*self.detection.seqs, *other.seqs})[-MOST_EVIDENCE:])
        worse = max(self.detection, other, key=lambda one: (one.severity, one.confidence))
        self.detection = replace(worse, seqs=seqs, time_ns=min(self.detection.time_ns, other.time_ns))
        self.times += 1


@dataclass(slots=True, eq=False)
class Story:
    """Everything of one story that there is room for."""

    container: str
    instance: str
    first_seq: int
    """Of the event that opened it, by which it is known."""
    begin_ns: int
    end_ns: int = 0
    keys: set[Key] = field(default_factory=set)
    """By these a further event is known to belong to it."""
    before: tuple[Event, ...] = ()
    notable: Kept[Event] = field(default_factory=lambda: Kept(MOST_DEVIATIONS, LAST_DEVIATIONS))
    """Deviations, and what detectors named."""
    followed: Kept[Event] = field(default_factory=lambda: Kept(MOST_FOLLOWED, LAST_FOLLOWED))
    """Allowed acts of processes that were started in it."""
    beside: deque[Event] = field(default_factory=lambda: deque(maxlen=MOST_BESIDE))
    """Allowed acts of the processes it came from."""
    whys: dict[int, str] = field(default_factory=dict)
    """Number of a deviation that is kept → why it was one."""
    times: Counter[int] = field(default_factory=Counter)
    """Number of a deviation → repeats."""
    shapes: dict[tuple[str, int], Seen] = field(default_factory=dict)
    started: set[int] = field(default_factory=set)
    """Processes that ran a program in it."""
    evidence: set[int] = field(default_factory=set)
    """Numbers of the events that detectors named and that are kept."""
    left_out: int = 0
    let_through: bool = False
    """Something of it was not refused."""
    blocked: int = 0
    credentials: bool = False
    """Credentials were within reach of what was let through."""
    out: bool = False
    """A process of it connected to an address outside of private networks."""
    out_since_stop: int = 0
    """Connections to the outside after the last act that was stopped: of its processes, and of those it came
    from."""
    dropped_at_stop: int = 0
    dropped: int = 0
    """Events that the supervisor had no room for, so far."""

    def act(self, event: Event, why: str, detections: Sequence[Detection]) -> None:
        """A deviation (`why` says so), something a detector fired at, or both."""
        self._grow(event)
        stopped = event.verdict is Verdict.BLOCK
        self.let_through |= not stopped
        if stopped:
            self.blocked += 1
            self.out_since_stop, self.dropped_at_stop = 0, event.dropped
        self._note(event)
        self._look(event)
        if why:
            self.whys[event.seq] = why
        self.see(event, detections)

    def see(self, event: Event, detections: Iterable[Detection]) -> None:
        """What detectors fired at."""
        for detection in detections:
            self.evidence.add(event.seq)
            key = (detection.detector, detection.pid)
            if key in self.shapes:
                self.shapes[key].again(detection)
            elif len(self.shapes) < MOST_SHAPES:
                self.shapes[key] = Seen(detection)
            else:
                self.left_out += 1

    def recall(self, event: Event) -> None:
        """An earlier event that a detector named."""
        if event.seq not in self.evidence and event.seq not in self.whys:
            self.evidence.add(event.seq)
            self._note(event)

    def repeat(self, event: Event) -> None:
        """A deviation happened again; `event` is the repeat."""
        self.end_ns = max(self.end_ns, event.time_ns)
        if event.ref_seq in self.times or len(self.times) < MOST_COUNTED:
            self.times[event.ref_seq] += event.count
        else:
            self.left_out += event.count

    def follow(self, event: Event) -> None:
        """An allowed act of a process that belongs to it."""
        self.dropped = max(self.dropped, event.dropped)
        if not self.is_own(event):
            self.left_out += len(self.beside) == MOST_BESIDE
            self.out_since_stop += leaves_the_task(event)
            self.beside.append(event)
            return
        if event.kind is Kind.EXEC and not event.errno and len(self.started) < MOST_KEYS:
            self.started.add(event.pid)
        self.followed.add(event)
        self._look(event)

    def is_own(self, event: Event) -> bool:
        """Whether a process did it that the story started, or one below such a process."""
        return any(pid in self.started for pid, _ in lineage(event))

    def absorb(self, other: "Story") -> None:
        """Become one with a story that turns out to be part of this one."""
        self.begin_ns, self.end_ns = min(self.begin_ns, other.begin_ns), max(self.end_ns, other.end_ns)
        self.keys |= other.keys
        self.before = tuple({event.seq: event for event in (*self.before, *other.before)}.values())
        for event in sorted(other.notable, key=lambda one: (one.time_ns, one.seq)):
            self._note(event)
        for event in other.followed:
            self.followed.add(event)
        self.beside.extend(other.beside)
        kept = {event.seq for event in self.notable}
        self.whys |= {seq: why for seq, why in other.whys.items() if seq in kept}
        self.evidence |= other.evidence & kept
        self.times.update(other.times)
        for key, seen in other.shapes.items():
            if key in self.shapes:
                self.shapes[key].again(seen.detection)
            elif len(self.shapes) < MOST_SHAPES:
                self.shapes[key] = seen
        self.started |= other.started
        self.left_out += other.all_left_out
        self.let_through |= other.let_through
        self.blocked += other.blocked
        self.credentials |= other.credentials
        self.out |= other.out
        self.out_since_stop += other.out_since_stop

    @property
    def all_left_out(self) -> int:
        """Events there was no room for."""
        return self.left_out + self.notable.left_out + self.followed.left_out

    def deviations(self) -> tuple[Deviation, ...]:
        """Those that are kept, in order of time."""
        found = [
            Deviation(event, 1 + self.times[event.seq], self.whys[event.seq])
            for event in self.notable
            if event.seq in self.whys
        ]
        return tuple(sorted(found, key=lambda one: (one.event.time_ns, one.event.seq)))

    def events(self) -> tuple[Event, ...]:
        """Everything that is kept, in order of time, each once."""
        kept = {
            event.seq: event for event in (*self.before, *self.beside, *self.followed, *self.notable)
        }.values()
        return tuple(sorted(kept, key=lambda event: (event.time_ns, event.seq)))

    def _note(self, event: Event) -> None:
        """Keep what matters; what has to go for it is forgotten in all places."""
        gone = self.notable.add(event)
        if gone is not None:
            self.whys.pop(gone.seq, None)
            self.evidence.discard(gone.seq)

    def _grow(self, event: Event) -> None:
        """More processes belong to it, and it lasts longer."""
        self.end_ns = max(self.end_ns, event.time_ns)
        self.dropped = max(self.dropped, event.dropped)
        if len(self.keys) < MOST_KEYS:
            self.keys |= keys(event)
        runs = event.kind is Kind.EXEC and event.verdict is not Verdict.BLOCK and not event.errno
        if runs and len(self.started) < MOST_KEYS:
            self.started.add(event.pid)

    def _look(self, event: Event) -> None:
        """What an act means for others than this container."""
        if event.verdict is Verdict.BLOCK:
            return
        self.credentials |= touches_credentials(event)
        if leaves_the_task(event):
            self.out_since_stop += 1
            self.out = True


def keys(event: Event) -> set[Key]:
    """What an event is known by among those of one life.

    The process and those above it, but for the first of all, from which everything descends; and the program
    of the topmost of them: a server's workers run the same one, and an attacker is served by any of them.
    """
    line = lineage(event)
    below = line[1:] or line
    found: set[Key] = {pid for pid, _ in below}
    if below[0][1]:
        found.add(below[0][1])
    return found


def pids(event: Event) -> list[int]:
    """The process and those above it, but for the first of all."""
    line = [pid for pid, _ in lineage(event)]
    return line[1:] or line
