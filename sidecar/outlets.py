"""Where events go beside the record: the log, and the account's queue when one is named."""

import os
from typing import Any

from outrider.model.event import Event
from sidecar.settings import Settings
from sidecar.stdout import Stdout
from sidecar.telling import Sender, Telling
from sidecar.workload import VARIABLE, Metadata


class Outlets:
    """Both. What the log wants is what the queue gets."""

    def __init__(self, settings: Settings) -> None:
        self.log = Stdout(settings.log)
        self.queue = (
            Telling(lambda: _sender(settings.events_queue), Metadata(os.environ.get(VARIABLE, "")), self._say)
            if settings.events_queue
            else None
        )

    def start(self) -> None:
        """Begin writing and sending."""
        self.log.start()
        if self.queue:
            self.queue.start()

    def offer(self, event: Event) -> None:
        """Take an event if it is one of those wanted. Never blocks."""
        if self.log.offer(event) and self.queue:
            self.queue.offer(event)

    def status(self) -> dict[str, Any]:
        """How they stand: for the health check."""
        queue = {"events_queue": self.queue.status()} if self.queue else {}
        return {"log_lines_left_out": self.log.left_out, **queue}

    def close(self, log_seconds: float, queue_seconds: float) -> None:
        """Let out what waits; the queue first, since it may have something to say."""
        if self.queue:
            self.queue.close(queue_seconds)
        self.log.close(log_seconds)

    def _say(self, event: Event) -> None:
        """What the queue's thread has to say goes to the log alone."""
        self.log.offer(event)


def _sender(url: str) -> Sender:
    """The queue."""
    from sidecar.aws.queue import EventsQueue  # noqa: PLC0415 - boto3 is 20 MiB: only who needs it pays

    return EventsQueue(url)
