"""Detectors over what was recorded, in a thread of its own: no acknowledgement ever waits for them.

Events come in their order through a bounded queue. What does not fit is not watched but counted, and is in
the flight record all the same, where `outrider record show` finds what was missed.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from outrider.errors import OutriderError
from outrider.model.event import Event, FrameType
from outrider.model.finding import Severity
from outrider.model.incident import Incident, State
from outrider.runtime.detectors.detector import Scene
from outrider.runtime.incident_advice import SHORT
from outrider.runtime.incidents import GAP_NS, Change, Incidents
from outrider.runtime.watch import Watch
from sidecar import notices

MAX_EVENTS = 16384
"""Events that wait: more than a second of 10,000 a second, some 16 MiB."""
ROUND = 0.05
"""Seconds between two rounds: fewer changes of threads, and nobody notices."""
IDLE = 0.25
"""Seconds between two looks at what is open while no events come."""
SETTLE = 1.0
"""Seconds from an incident's first sign until it is told: most have said by then what they are."""
UPDATE = 30.0
"""Seconds between two tellings of one incident that goes on."""
COMPLAINT = 60.0
"""Seconds between two lines that say how many events were not watched."""
_AT_ONCE = 512
"""Events of one round before what is due is told."""


class Seal(Protocol):
    """Puts the record around an incident aside, so that the ring does not overwrite it."""

    def __call__(self, container: str, name: str, from_ns: int, to_ns: int) -> object:
        """Called from the watching thread, once an incident, at its end; raises OutriderError or OSError."""


@dataclass(slots=True)
class _Pending:
    """An incident that is open, as far as telling it goes."""

    change: Change
    """The last."""
    due: float
    """When it is to be told, monotonic; 0: nothing new."""
    was: Severity | None = None
    """Severity when it was told last; None: it was not told yet."""


class Watching:
    """The queue, the thread, and when to tell what."""

    def __init__(
        self,
        tell: Callable[[Incident], None],
        say: Callable[[Event], None],
        *,
        scene: Callable[[str], Scene] = lambda container: Scene(),
        max_events: int = MAX_EVENTS,
        settle: float = SETTLE,
        update: float = UPDATE,
    ) -> None:
        """`tell` takes incidents, `say` what is to be told of the watching itself; both in the thread."""
        self.left_out = 0
        """Events that were not watched since the start."""
        self.opened = 0
        """Incidents since the start."""
        self.seal: Seal | None = None
        """Set before `start`, where records can be sealed."""
        self._tell, self._say = tell, say
        self._watch, self._incidents = Watch(scene), Incidents()
        self._max, self._settle, self._update = max_events, settle, update
        self._events: deque[Event] = deque()
        self._awake = threading.Event()
        self._closing = False
        self._pending: dict[str, _Pending] = {}
        self._complained = (0, -COMPLAINT)
        """How many that were left out were told of, and when."""
        self._thread = threading.Thread(target=self._work, name="watching", daemon=True)

    def start(self) -> None:
        """Begin watching."""
        self._thread.start()

    def offer(self, events: list[Event]) -> None:
        """Take events that were recorded; from one thread. Never blocks: this is what intake pays."""
        acts = (FrameType.EVENT, FrameType.REPEAT)
        wanted = [event for event in events if event.type in acts or event.policy_id]
        if self._closing or not wanted:
            return
        room = max(0, self._max - len(self._events))
        self.left_out += max(0, len(wanted) - room)
        self._events.extend(wanted[:room])
        if not self._awake.is_set():
            self._awake.set()

    def close(self, seconds: float) -> None:
        """Watch what waits, for at most so long; tell and seal what is open."""
        self._closing = True
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def status(self) -> dict[str, Any]:
        """How it stands: for the health check."""
        return {
            "waiting": len(self._events),
            "left_out": self.left_out,
            "incidents": self.opened,
            "problem": "" if self._thread.is_alive() or self._closing else "nothing is watched",
        }

    def _work(self) -> None:
        """Until closed and nothing waits."""
        while True:
            self._awake.wait(IDLE if self._pending else None)
            self._awake.clear()
            while self._events:
                self._round()
            self._expire()
            if self._closing and not self._events:
                break
            time.sleep(0 if self._closing else ROUND)
        self._note_all(self._incidents.finish())
        self._tell_due(everything=True)

    def _round(self) -> None:
        """Watch some events, then tell what is due."""
        for _ in range(min(len(self._events), _AT_ONCE)):
            event = self._events.popleft()
            try:
                if changes := self._incidents.take(event, self._watch.take(event)):
                    self._note_all(changes)
            except Exception as error:  # noqa: BLE001 - one event that a detector stumbles over ends nothing
                self._stumble(event, error)
        self._tell_due()

    def _expire(self) -> None:
        """Close what was quiet for long enough, by the clock, since no event may come to say so."""
        if self._pending:
            self._note_all(self._incidents.tick(time.time_ns()))
        self._tell_due()
        self._complain()

    def _note_all(self, changes: tuple[Change, ...]) -> None:
        """What has to be told, and when."""
        now = time.monotonic()
        for change in changes:
            pending = self._pending.get(change.id)
            if pending is None:
                if change.state is State.OPENED:
                    self.opened += 1
                    self._pending[change.id] = _Pending(change, now + self._settle)
                continue
            if change.state is State.CLOSED:
                self._end(pending, change)
                continue
            if pending.was is not None:
                pending.change = change
                pending.due = pending.due or now + self._update

    def _end(self, pending: _Pending, change: Change) -> None:
        """Tell how it ended, after what it was, and put its record aside."""
        del self._pending[change.id]
        if pending.was is None and not change.merged_into:
            self._say_so(pending, pending.change)
        if pending.was is not None:
            self._say_so(pending, change)
        if not change.merged_into:
            self._put_aside(change.incident())

    def _tell_due(self, *, everything: bool = False) -> None:
        """Tell what has waited for long enough."""
        now = time.monotonic()
        for pending in self._pending.values():
            if pending.due and (everything or pending.due <= now):
                self._say_so(pending, pending.change)
                pending.due = 0.0

    def _say_so(self, pending: _Pending, change: Change) -> None:
        """Tell of it, with how bad it was when that was done before."""
        try:
            incident = replace(change.incident(), was=pending.was)
            pending.was = incident.severity
            self._tell(incident)
        except Exception as error:  # noqa: BLE001 - a thread that dies would watch nothing more
            text = f"incident {change.id[:SHORT]} could not be told: {type(error).__name__}: {error}"
            self._say(notices.trouble(change.story.container, text[:300]))

    def _put_aside(self, incident: Incident) -> None:
        """Seal the record from a minute before it to its end."""
        if self.seal is None:
            return
        name = incident.id[:SHORT]
        try:
            self.seal(incident.container, name, incident.begin_ns - GAP_NS, incident.end_ns)
        except (OutriderError, OSError) as error:
            self._say(
                notices.trouble(incident.container, f"the record of incident {name} is not sealed: {error}")
            )

    def _stumble(self, event: Event, error: Exception) -> None:
        """A detector's fault: that event was not watched."""
        self.left_out += 1
        what = f"{type(error).__name__}: {error}"
        self._say(notices.trouble(event.container, f"event {event.seq} could not be watched: {what[:200]}"))

    def _complain(self) -> None:
        """Say how many events were not watched."""
        told, when = self._complained
        now = time.monotonic()
        if self.left_out > told and now - when >= COMPLAINT:
            self._complained = (self.left_out, now)
            text = f"{self.left_out - told} events were not watched for attacks; the flight record has them"
            self._say(notices.trouble("", text))
