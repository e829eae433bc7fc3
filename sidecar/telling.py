"""Events on their way to the account's queue, in a thread of their own: nothing ever waits for them."""

import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from outrider import limits
from outrider.errors import OutriderError
from outrider.model import envelope
from outrider.model.batches import batches
from outrider.model.event import Event
from outrider.model.incident import Incident
from outrider.runtime import incident_json
from outrider.runtime.event_envelope import of_task_event
from outrider.runtime.incident_envelope import LARGEST, of_incident
from sidecar import notices
from sidecar.workload import Metadata

MAX_EVENTS = 8192
"""Events that wait while the queue cannot be reached: some 8 MiB."""
AT_ONCE, BYTES = 10, 256 << 10
"""Entries and bytes of one SendMessageBatch; SQS takes 1 MiB since 2025, not in every partition:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""
LINGER = 1.0
"""Seconds that a batch may wait to become full."""
SHORTEST, LONGEST = 1.0, 60.0
"""Seconds between two tries, doubled each time; each by chance between half and all of it."""

_WORKING = 0.8
"""Of the time for closing, what the thread may use."""


Told = Event | Incident
"""What is sent."""


class Sender(Protocol):
    """The queue."""

    def send(self, bodies: Sequence[str]) -> tuple[set[int], set[int]]:
        """Send messages; (numbers of those to be sent again, of those that will never be taken).

        Raises OutriderError: none was taken.
        """


class Telling:
    """A bounded queue and the thread that empties it into SQS."""

    def __init__(
        self,
        sender: Callable[[], Sender],
        metadata: Metadata,
        say: Callable[[Event], None],
        *,
        max_events: int = MAX_EVENTS,
        linger: float = LINGER,
        shortest: float = SHORTEST,
    ) -> None:
        """`sender` is asked once, in the thread; `say` takes what is to be told of the telling itself."""
        self.left_out = 0
        """Events that were not sent since the start: no room, or refused."""
        self.problem = ""
        """Why nothing is sent at present; empty while it works."""
        self._make = sender
        self._sender: Sender | None = None
        self._metadata, self._say = metadata, say
        self._max, self._linger, self._shortest = max_events, linger, shortest
        self._events: deque[Told] = deque()
        self._changed = threading.Condition()
        self._until: float | None = None
        """When everything must be over; None: it goes on."""
        self._untold = 0
        self._thread = threading.Thread(target=self._work, name="telling", daemon=True)

    def start(self) -> None:
        """Begin sending."""
        self._thread.start()

    def offer(self, one: Told) -> None:
        """Take an event or an incident. Never blocks."""
        with self._changed:
            if len(self._events) < self._max and self._until is None:
                self._events.append(one)
                self._changed.notify()
            else:
                self._lose(1)

    def close(self, seconds: float) -> None:
        """Send what waits, for at most so long; later events are not taken."""
        with self._changed:
            self._until = time.monotonic() + seconds * _WORKING  # the rest is for counting what is left
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(seconds)
        with self._changed:  # where the last call still hangs, what waits will not be sent
            self._lose(len(self._events))
            self._events.clear()
        self._tell_losses()

    def status(self) -> dict[str, Any]:
        """How it stands: for the health check."""
        return {"waiting": len(self._events), "left_out": self.left_out, "problem": self.problem}

    def _work(self) -> None:
        """Send until closed."""
        pause = self._shortest
        while batch := self._next():
            try:
                again = self._send(batch)
            except OutriderError as error:
                again = batch
                self._fails(error.message)
            except Exception as error:  # noqa: BLE001 - a thread that dies would lose everything in silence
                again = batch
                self._fails(f"{type(error).__name__}: {error}")
            if not again:
                pause = self._shortest
                continue
            if self._over():
                self._lose(len(again))
                return
            with self._changed:
                self._events.extendleft(reversed(again))
            self._rest(pause * random.uniform(0.5, 1))  # noqa: S311 - no secret
            pause = min(pause * 2, LONGEST)

    def _rest(self, seconds: float) -> None:
        """Wait before the next try; less when it is time to end."""
        with self._changed:
            closing = self._changed.wait_for(lambda: self._until is not None, seconds)
        if closing:
            time.sleep(min(seconds, self._shortest))

    def _next(self) -> list[Told]:
        """The events of one batch; none when closed and nothing waits, or no time is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._until is not None)
            self._changed.wait_for(
                lambda: len(self._events) >= AT_ONCE or self._until is not None, self._linger
            )
            if self._over():
                self._lose(len(self._events))
                self._events.clear()
            return [self._events.popleft() for _ in range(min(len(self._events), AT_ONCE))]

    def _send(self, batch: list[Told]) -> list[Told]:
        """Send a batch; what has to be sent again. What is never taken is counted, once.

        Raises OutriderError: nothing was sent or counted.
        """
        if self._sender is None:
            self._sender = self._make()
        bodies = [self._body(one) for one in batch]
        fitting = [number for number, body in enumerate(bodies) if len(body) <= limits.ENVELOPE]
        parts = _parts(fitting, [len(body) for body in bodies])
        self._lose(len(batch) - len(fitting))
        again: list[Told] = []
        while parts:
            try:
                retried, refused = self._sender.send([bodies[number] for number in parts[0]])
            except OutriderError as error:
                self._fails(error.message)
                return again + [batch[number] for part in parts for number in part]
            part = parts.pop(0)
            again += [batch[part[place]] for place in sorted(retried)]
            self._lose(len(refused))
        self._works()
        return again

    def _body(self, one: Told) -> str:
        """The message of one event or incident; ASCII, so that its length is its size."""
        task = self._metadata.workload(one.container)
        subject, place = task.subject(one.container), {"account": task.account, "region": task.region}
        if isinstance(one, Event):
            told = of_task_event(one, subject, **place)
        else:
            told = of_incident(incident_json.fitted(one, LARGEST, arguments=False), subject, **place)
        return json.dumps(envelope.dump(told), separators=(",", ":"))

    def _lose(self, count: int) -> None:
        """Count what is not sent."""
        with self._changed:
            self.left_out += count
            self._untold += count

    def _over(self) -> bool:
        """Whether the last deadline is past."""
        return self._until is not None and time.monotonic() >= self._until

    def _fails(self, why: str) -> None:
        """Say it once that nothing is sent."""
        if not self.problem:
            self._say(notices.trouble("", f"events cannot be sent to the queue, they wait: {why}"))
        self.problem = why

    def _works(self) -> None:
        """Say that it works again, and what was lost meanwhile."""
        if self.problem:
            self._say(notices.trouble("", "events are sent to the queue again"))
        self.problem = ""
        self._tell_losses()

    def _tell_losses(self) -> None:
        """Say how many were lost since that was said last."""
        with self._changed:
            untold, self._untold = self._untold, 0
        if untold:
            self._say(
                notices.trouble("", f"{untold} events were not sent to the queue; the flight record has them")
            )


def _parts(numbers: Sequence[int], sizes: Sequence[int]) -> list[list[int]]:
    """Entries in their order, in batches of at most BYTES."""
    return list(batches(numbers, lambda number: sizes[number], count=AT_ONCE, total=BYTES))
