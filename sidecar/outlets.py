"""Where events go beside the record: the detectors, the log, and the account's queue when one is named."""

import os
from typing import Any

from outrider.model.event import Event
from outrider.model.incident import Incident
from outrider.runtime import incident_json
from sidecar.scenes import read_lists, scene
from sidecar.settings import Settings
from sidecar.stdout import Stdout
from sidecar.telling import Sender, Telling
from sidecar.watching import Seal, Watching
from sidecar.workload import VARIABLE, Metadata

LOG_LINE = 16_000
"""Bytes of an incident in the log, as far as shortening its lists goes: log drivers cut lines at 16 KiB. The
queue gets more of it."""


class Outlets:
    """All of them. What the log wants is what the queue gets; incidents go to both."""

    def __init__(self, settings: Settings) -> None:
        self.log = Stdout(settings.log)
        self.queue = (
            Telling(lambda: _sender(settings.events_queue), Metadata(os.environ.get(VARIABLE, "")), self._say)
            if settings.events_queue
            else None
        )
        lists = read_lists(settings.lists) if settings.incidents else {}
        watching = Watching(self.tell, self._say, scene=lambda container: scene(lists))
        self.watching = watching if settings.incidents else None

    def seal_by(self, seal: Seal) -> None:
        """Incidents put the record around them aside by this; to be said before `start`."""
        if self.watching:
            self.watching.seal = seal

    def start(self) -> None:
        """Begin writing, sending and watching."""
        self.log.start()
        if self.watching:
            self.watching.start()
        if self.queue:
            self.queue.start()

    def offer(self, event: Event) -> None:
        """Take an event if it is one of those wanted. Never blocks."""
        self.offer_all([event])

    def offer_all(self, events: list[Event]) -> None:
        """Likewise, of many, in their order."""
        if self.watching:
            self.watching.offer(events)
        for event in self.log.offer_all(events):
            if self.queue:
                self.queue.offer(event)

    def tell(self, incident: Incident) -> None:
        """An incident: a line of the log, and a message of the queue."""
        self.log.put(incident_json.to_line(incident_json.fitted(incident, LOG_LINE)))
        if self.queue:
            self.queue.offer(incident)

    def status(self) -> dict[str, Any]:
        """How they stand: for the health check."""
        queue = {"events_queue": self.queue.status()} if self.queue else {}
        watching = {"watching": self.watching.status()} if self.watching else {}
        return {"log_lines_left_out": self.log.left_out, **queue, **watching}

    def close_watching(self, seconds: float) -> None:
        """Tell of what is open, while records can still be sealed."""
        if self.watching:
            self.watching.close(seconds)

    def close(self, log_seconds: float, queue_seconds: float) -> None:
        """Let out what waits; the queue first, since it may have something to say."""
        if self.queue:
            self.queue.close(queue_seconds)
        self.log.close(log_seconds)

    def _say(self, event: Event) -> None:
        """What the threads have to say of themselves goes to the log alone."""
        self.log.offer(event)


def _sender(url: str) -> Sender:
    """The queue."""
    from sidecar.aws.queue import EventsQueue  # noqa: PLC0415 - boto3 is 20 MiB: only who needs it pays

    return EventsQueue(url)
