"""Delivers telemetry to one subscriber: in batches, and only while the environment is not frozen."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from socket import socket

from outrider.function import telemetry
from outrider.function.telemetry import Event, Subscription

_POST = 2.0
"""Seconds for one delivery."""
_TRIES = 3
_FLUSH = 0.5
"""Seconds that a reset or shutdown waits for telemetry."""


class Subscriber:
    """Holds events back until there are enough of them, or the oldest has waited long enough."""

    def __init__(self, wish: Subscription, connect: Callable[[int, float], socket]) -> None:
        self._wish = wish
        self._connect = connect
        self._condition = threading.Condition()
        self._held: list[bytes] = []
        self._size = 0
        self._since = 0.0
        self._paused = False
        self._closing = False
        self._flushing = False
        self._busy = False
        """Whether a batch is on its way."""
        self.dropped = 0
        """Events that could not be delivered."""
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)
        self._thread.start()

    def tell(self, event: Event) -> None:
        """One more event; over the buffer's size the oldest go."""
        if telemetry.category(event) not in self._wish.types:
            return
        data = json.dumps(event).encode()
        with self._condition:
            if not self._held:
                self._since = time.monotonic()
            self._held.append(data)
            self._size += len(data)
            while self._size > 2 * self._wish.max_bytes and len(self._held) > 1:
                self._size -= len(self._held.pop(0))
                self.dropped += 1
            self._condition.notify_all()

    def pause(self, paused: bool) -> None:
        """Nothing is delivered to a frozen environment."""
        with self._condition:
            self._paused = paused
            self._condition.notify_all()

    def flush(self) -> None:
        """Deliver what is held before the subscriber is told to end; wait for that a moment."""
        with self._condition:
            self._flushing = True
            self._condition.notify_all()
            self._condition.wait_for(lambda: not self._held and not self._busy, _FLUSH)
            self._flushing = False

    def close(self) -> None:
        """Deliver what is held, once, and end."""
        with self._condition:
            self._closing = True
            self._paused = False
            self._condition.notify_all()
        self._thread.join()

    def _run(self) -> None:
        """Deliver batches until closed."""
        while batch := self._batch():
            for _ in range(1 if self._closing else _TRIES):
                if self._post(batch):
                    break
            else:
                self.dropped += len(batch)
            with self._condition:
                self._busy = False
                self._condition.notify_all()

    def _batch(self) -> list[bytes]:
        """The next batch when it is due; nothing at the end."""
        with self._condition:
            while not self._due():
                if self._closing:
                    return []
                left = self._since + self._wish.timeout - time.monotonic()
                self._condition.wait(left if self._held and not self._paused else None)
            batch = self._held[: self._wish.max_items]
            del self._held[: len(batch)]
            self._size -= sum(map(len, batch))
            self._since = time.monotonic()
            self._busy = True
            return batch

    def _due(self) -> bool:
        """Whether a batch is to go now."""
        if not self._held or self._paused:
            return False
        full = len(self._held) >= self._wish.max_items or self._size >= self._wish.max_bytes
        return full or self._closing or self._flushing or time.monotonic() - self._since >= self._wish.timeout

    def _post(self, batch: list[bytes]) -> bool:
        """One delivery; whether it arrived."""
        connection = http.client.HTTPConnection("sandbox.localdomain", self._wish.port)
        try:
            connection.sock = self._connect(self._wish.port, _POST)
            body = b"[" + b",".join(batch) + b"]"
            connection.request("POST", self._wish.path, body, {"Content-Type": "application/json"})
            return connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
