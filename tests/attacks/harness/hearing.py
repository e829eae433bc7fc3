"""Who hears the guard, in the extension's place: the shared page, and the socket for events."""

import dataclasses
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from outrider.model.event import Event
from outrider.runtime.wire import FrameDecoder

STATE = struct.Struct("<QIIIiii")
"""magic, version, policy generation, proxy port, extension, worker, runtime: how struct or_state begins."""
MAGIC = 0x3154535252545554
SIZE = 4096


class Hearing:
    """What the guards of one scene said."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._told = threading.Condition()

    def take(self, event: Event) -> None:
        """Note one."""
        with self._told:
            self.events.append(dataclasses.asdict(event))
            self._told.notify_all()

    def deviations(self) -> list[dict[str, Any]]:
        """What was blocked or reported as not allowed."""
        with self._told:
            return [one for one in self.events if one["type"] == "event" and one["verdict"] != "allow"]

    def starts(self) -> list[dict[str, Any]]:
        """What each process said when the guard came into it."""
        with self._told:
            return [one for one in self.events if one["type"] == "start"]

    def wait_for(self, told: Any, seconds: float) -> bool:
        """Wait until a deviation is as asked for."""
        with self._told:
            return self._told.wait_for(lambda: any(map(told, self.deviations_unlocked())), seconds)

    def deviations_unlocked(self) -> list[dict[str, Any]]:
        """For whoever holds the condition."""
        return [one for one in self.events if one["type"] == "event" and one["verdict"] != "allow"]


@contextmanager
def hearing(directory: Path, proxy_port: int, extension: int) -> Iterator[Hearing]:
    """Make the shared directory, and listen until the end of the block."""
    directory.mkdir(mode=0o700)
    page = STATE.pack(MAGIC, 1, 0, proxy_port, extension, extension, 0)
    (directory / "state").write_bytes(page.ljust(SIZE, b"\0"))
    (directory / "state").chmod(0o600)
    heard = Hearing()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as events:
        events.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        events.bind(str(directory / "events"))
        thread = threading.Thread(target=_hear, args=(events, heard), daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            with suppress(OSError):
                events.shutdown(socket.SHUT_RDWR)
            thread.join()


def _hear(events: socket.socket, heard: Hearing) -> None:
    while frame := events.recv(1 << 16):
        for event in FrameDecoder().feed(frame):
            heard.take(event)
