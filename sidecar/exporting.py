"""Sealed parts of records, sent to where the task cannot reach them, by a thread that may take its time."""

import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model.event import Event
from outrider.runtime.flight import sealed
from outrider.runtime.flight.sealed import Seal
from sidecar import notices, sealing
from sidecar.segments import READ

PAUSES = (1.0, 4.0, 10.0, 30.0)
"""Seconds between the attempts."""
MAX_WAITING = 64
"""Seals that wait. One that finds no place is told of, and sent at the agent's next start."""
SENT = "sent"
"""A file beside the manifest: all of it has arrived."""

Say = Callable[[Event], object]


class Store(Protocol):
    """Where they go."""

    def put(self, key: str, data: bytes) -> None:
        """Write one object; again is the same. Raises EnvironmentFault."""


class Exporter:
    """Sends what was sealed, one after the other; files stay where they are."""

    def __init__(self, connect: Callable[[], Store], say: Say) -> None:
        self.sent = self.failed = 0
        """Seals, since the start."""
        self._connect = connect
        self._say = say
        self._waiting: queue.Queue[Path | None] = queue.Queue(MAX_WAITING)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sealed", daemon=True)

    def start(self, bases: list[Path]) -> None:
        """Begin, with what earlier runs of the agent left unsent under `bases`."""
        self._thread.start()
        for base in bases:
            for seal, directory in sealing.seals(base):
                if not (directory / SENT).exists():
                    self.offer(directory, seal)

    def offer(self, directory: Path, seal: Seal) -> None:
        """Take one to be sent. Never blocks."""
        try:
            self._waiting.put_nowait(directory)
        except queue.Full:
            self._fail(seal.container, seal.name, "too many wait")

    def status(self) -> dict[str, Any]:
        """How it stands: for the health check."""
        return {"sent": self.sent, "failed": self.failed, "waiting": self._waiting.qsize()}

    def close(self, seconds: float) -> None:
        """Send what waits, for at most so long."""
        self._closing.set()
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _work(self) -> None:
        """Send until closed."""
        store: Store | None = None
        while (directory := self._waiting.get()) is not None:
            container, name = directory.parents[1].name, directory.name
            for pause in (*PAUSES, None):
                try:
                    store = store or self._connect()
                    self._send(store, directory)
                    self.sent += 1
                    break
                except EnvironmentFault as error:
                    reason = error.message
                except (OSError, InvalidInput) as error:  # gone already, or damaged: no attempt mends that
                    self._fail(container, name, str(error))
                    break
                if pause is None or self._closing.wait(pause):
                    self._fail(container, name, reason)
                    break

    def _send(self, store: Store, directory: Path) -> None:
        """The files, the manifest last: where it is, all is."""
        seal = sealing.read(directory)
        place = f"{seal.container}/{seal.instance or 'unknown'}/{seal.name}"
        for file in seal.files:
            store.put(f"{place}/{file.name}", _bytes(directory / file.name))
        store.put(f"{place}/{sealed.FILE}", seal.encode())
        (directory / SENT).touch(0o600)

    def _fail(self, container: str, name: str, reason: str) -> None:
        """Say it: it is not where it should be."""
        self.failed += 1
        self._say(notices.trouble(container, f"seal {name} was not sent and stays on the volume: {reason}"))


def _bytes(path: Path) -> bytes:
    """Content of a segment: a megabyte."""
    with os.fdopen(os.open(path, READ), "rb") as stream:
        return stream.read()
