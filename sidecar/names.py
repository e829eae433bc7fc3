"""Names: reads the task's DNS, grants addresses to names in the table, and tells of lookups."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.event import Event
from outrider.runtime.lookups import Lookups
from outrider.runtime.resolutions import Resolutions, resolvers
from sidecar import notices
from sidecar.capture import Capture
from sidecar.names_table import NamesTable
from sidecar.settings import Settings

TICK_SECONDS = 1.0
MOST_A_SECOND = 4000
"""Packets. With more the socket is left alone until the second is over, and the kernel drops: an application
that floods port 53 takes its own answers from itself, and half a core from nobody."""
MOST_EVENTS = 1024
"""Waiting to be told, a count; the record is slow or cannot be written then."""
COMPLAINT_SECONDS = 60.0
"""So often at most it is said that something was lost."""
RESOLV_CONF = Path("/etc/resolv.conf")

Tell = Callable[[Event], Awaitable[None]]


class Names:
    """All of it. What it cannot do is told once, and is in the status."""

    def __init__(self, settings: Settings, tell: Tell) -> None:
        self.problem = "" if settings.names else "switched off (OUTRIDER_NAMES=off)"
        """Why answers are not read; empty when they are."""
        self._on = settings.names
        self._tell = tell
        self._table = NamesTable(settings.names_table)
        self._capture = Capture()
        self._resolutions = Resolutions(frozenset())
        # who sent a packet is not in it: with one container it can only be that one, or the agent itself
        self._lookups = Lookups(settings.containers[0] if len(settings.containers) == 1 else "")
        self._events: asyncio.Queue[Event] = asyncio.Queue(MOST_EVENTS)
        self._events_lost = 0
        self._budget = MOST_A_SECOND
        self._resolv_conf = ""
        self._complained = (0, 0.0)

    def start(self) -> None:
        """Begin to read, before anybody asks. Does not raise: without names there is still all the rest."""
        try:
            if self._on:
                self._look_for_resolvers()
                self._capture.open()
                asyncio.get_running_loop().add_reader(self._capture.fileno(), self._read)
        except PermissionError as error:
            self._give_up(f"{error.strerror}: packets cannot be read without NET_RAW")
        except OSError as error:
            self._give_up(f"{error.strerror or error}")
        try:
            self._table.open(reading=not self.problem)  # only now: who waits for a reader looks there
        except OSError as error:
            self._give_up(f"{error.strerror or error}")

    async def run(self) -> None:
        """Tell what there is to tell, for ever."""
        telling = asyncio.create_task(self._tell_events())
        try:
            while True:
                await asyncio.sleep(TICK_SECONDS)
                self._tick()
        finally:
            telling.cancel()

    def close(self) -> None:
        """Stop reading; what is granted stays so."""
        self._stop_reading()
        try:
            self._table.close()
        except OSError as error:
            self.problem = self.problem or str(error)

    def status(self) -> dict[str, Any]:
        """How it stands: for the health check."""
        return {
            "problem": self.problem,
            "resolvers": sorted(self._resolutions.resolvers),
            "granted": self._table.generation,
            "evicted": self._table.evicted,
            "packets_dropped": self._capture.dropped,
            "unreadable": self._resolutions.unreadable,
            "fragments": self._resolutions.fragments,
            "unasked": self._resolutions.unasked,
            "forgotten": self._resolutions.forgotten,
            "streams_given_up": self._resolutions.streams_given_up,
            "lookups_untold": self._lookups.untold + self._events_lost,
        }

    def _read(self) -> None:
        """Packets are there."""
        try:
            for captured in self._capture.read():
                self._budget -= 1
                taken = self._resolutions.take(captured, time.monotonic_ns())
                for grant in taken.grants:
                    self._table.put(grant)
                for lookup in taken.lookups:
                    self._queue(self._lookups.take(lookup, time.time_ns()))
        except (OSError, InvalidInput) as error:
            self._give_up(str(error))
            return
        if self._budget <= 0:
            asyncio.get_running_loop().remove_reader(self._capture.fileno())

    def _tick(self) -> None:
        """Once a second."""
        if self.problem:
            return
        try:
            self._table.sign_of_life(True)
            self._look_for_resolvers()
            self._capture.count_dropped()
        except OSError as error:
            self._give_up(str(error))
            return
        if self._budget <= 0:
            asyncio.get_running_loop().add_reader(self._capture.fileno(), self._read)
        self._budget = MOST_A_SECOND
        for lookup in self._resolutions.expire(time.monotonic_ns()):
            self._queue(self._lookups.take(lookup, time.time_ns()))
        self._queue(self._lookups.due(time.time_ns()))
        self._complain()

    def _look_for_resolvers(self) -> None:
        """resolv.conf may change, seldom; it is the same file in every container of a task."""
        try:
            text = RESOLV_CONF.read_text(errors="replace")
        except OSError:
            text = ""  # libc takes the resolver on loopback then, and so do we
        if text != self._resolv_conf or not self._resolutions.resolvers:
            self._resolv_conf = text
            self._resolutions.resolvers = resolvers(text)

    def _complain(self) -> None:
        """Say that something is missing, but not all the time."""
        dropped, untold = self._capture.dropped, self._lookups.untold + self._events_lost
        told, when = self._complained
        now = asyncio.get_running_loop().time()
        if dropped + untold > told and now - when >= COMPLAINT_SECONDS:
            self._complained = (dropped + untold, now)
            lost = f"{dropped} packets were dropped and {untold} lookups not told so far"
            self._queue([notices.trouble("", f"DNS: {lost}: too many came at once")])

    def _give_up(self, why: str) -> None:
        """Say it, loudly and once; the supervisors are told not to wait for names."""
        self._stop_reading()
        self.problem = why
        text = f"DNS answers are not read ({why}): rules by host name match no address that is not named yet"
        self._queue([notices.trouble("", text)])
        with suppress(OSError):  # there is no table yet, or none any more: nobody waits for that
            self._table.sign_of_life(False)

    def _stop_reading(self) -> None:
        """No more packets."""
        if self._capture.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._capture.fileno())
            self._capture.close()

    def _queue(self, events: list[Event]) -> None:
        """Events to be told; those that find no room are counted."""
        for event in events:
            try:
                self._events.put_nowait(event)
            except asyncio.QueueFull:
                self._events_lost += event.count or 1

    async def _tell_events(self) -> None:
        """Tell them in order."""
        while True:
            await self._tell(await self._events.get())
