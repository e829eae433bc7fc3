"""All that is kept of one container: its record, its account, and what of it goes to the log."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from outrider.errors import EnvironmentFault
from outrider.model.event import Event, FrameType
from outrider.runtime.flight.sealed import Seal
from sidecar import notices
from sidecar.accounting import Accounts
from sidecar.recorder import Recorder

RETRY_SECONDS = 1.0
"""How long to wait before writing again after the record could not be written."""


class Outlet(Protocol):
    """Where events go beside the record."""

    def offer_all(self, events: list[Event]) -> object:
        """Take the events that are wanted there. Never blocks."""


def _stay(_: Path, __: Seal) -> None:
    """What is put aside is sent nowhere."""


class RecordClosed(EnvironmentFault):
    """The agent is going, and the record still cannot be written."""


class Ledger:
    """Records events in order. Whoever calls waits until they are written: that is the back-pressure."""

    def __init__(
        self, container: str, recorder: Recorder, out: Outlet, export: Callable[[Path, Seal], None] = _stay
    ) -> None:
        self.container = container
        self.accounts = Accounts()
        self.fault = ""
        """Why the record cannot be written; empty when it can."""
        self.busy_since: float | None = None
        """Loop time since which one write has been waiting."""
        self._recorder = recorder
        self._out = out
        self._export = export
        self._lock = asyncio.Lock()
        self._closing = False
        self._greeted = ""
        self._unaccounted_told = 0

    async def open(self) -> None:
        """Open the record, and count from where it ends. Raises OSError."""
        recorder = self._recorder
        await asyncio.to_thread(recorder.open, self.accounts.restore)
        if recorder.repaired or recorder.passed_over:
            await self.note(
                notices.trouble(
                    self.container,
                    f"the record was repaired: {recorder.repaired} bytes of a torn last frame cut off, "
                    f"{recorder.passed_over} bytes that cannot be read passed over",
                )
            )
        if list(self.accounts):
            await self.note(notices.trouble(self.container, "started again; the record goes on"))
            await self.tell_accounts(all_of_them=True)

    async def record(self, events: list[Event]) -> None:
        """Write frames of a session that are not in the record yet. Raises RecordClosed."""
        hello = [e for e in events if e.type is FrameType.HELLO]
        greeting = [e for e in hello if e.instance != self._greeted]
        fresh = self.accounts.unrecorded([e for e in events if e.seq])
        self.busy_since = asyncio.get_running_loop().time()
        try:
            while not await self._write(greeting + fresh, hello + fresh):
                if self._closing:
                    raise RecordClosed(f"the record cannot be written: {self.fault}")
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            self.busy_since = None
        if greeting:
            self._greeted = greeting[-1].instance
        await self._tell_unaccounted()

    async def note(self, event: Event) -> None:
        """Record an event of the agent's own; to the log alone when the record cannot be written."""
        if not await self._write([event]):
            self._out.offer_all([event])

    async def tell_accounts(self, *, all_of_them: bool = False) -> None:
        """Record the accounts that changed, or all; where `note` does."""
        lines = self.accounts.lines(self.container, time.time_ns(), all_of_them=all_of_them)
        if self.fault:  # also finds out whether it is over
            lines.append(notices.trouble(self.container, f"the record could not be written: {self.fault}"))
        if not await self._write(lines):
            self._out.offer_all(lines)

    async def close(self) -> None:
        """Last accounts, then sync and close. Raises OSError."""
        self._closing = True
        try:
            await self.tell_accounts()
        finally:
            await asyncio.to_thread(self._recorder.close)

    async def seal(self, name: str, from_ns: int, to_ns: int) -> Seal:
        """Put what is on record of that time aside, as `sealed/<name>`; the same name once.

        Raises UsageError (no such name), InvalidInput (nothing of that time is on record), OSError.
        """
        async with self._lock:
            seal = await asyncio.to_thread(self._recorder.seal, name, from_ns, to_ns)
            gone = await asyncio.to_thread(self._recorder.make_room)
        if gone:
            await self.note(
                notices.trouble(self.container, f"{gone} of the oldest seals gave way to seal {name}")
            )
        self._export(self._recorder.sealed(name), seal)
        return seal

    def status(self, now: float) -> dict[str, Any]:
        """How it stands: for the health check."""
        waiting = now - self.busy_since if self.busy_since is not None else 0.0
        return {
            "problem": self.fault or self._recorder.problem(),
            "waiting_seconds": round(waiting, 1),
            "instances": {
                name: {
                    "received": tally.received,
                    "dropped": tally.dropped,
                    "missing": tally.missing,
                    "last_seq": tally.last_seq,
                    "unaccounted": tally.unaccounted,
                }
                for name, tally in self.accounts
            },
        }

    async def _write(self, events: list[Event], count: list[Event] | None = None) -> bool:
        """Record events and take `count` into the accounts, or, when that cannot be, do neither: False.

        Under one lock: the accounts a new segment begins with are those of what the segments before it hold.
        """
        async with self._lock:
            try:
                if events:
                    await asyncio.to_thread(self._recorder.append, events, self._first_events)
            except OSError as error:
                first, self.fault = not self.fault, f"{self._recorder.place}: {error.strerror}"
                if first:
                    self._out.offer_all(
                        [notices.trouble(self.container, f"the record cannot be written: {self.fault}")]
                    )
                return False
            if events:
                self.fault = ""
            self.accounts.take_all(count or ())
        self._out.offer_all(events)
        return True

    def _first_events(self) -> list[Event]:
        """What a new segment begins with: the accounts so far."""
        return self.accounts.lines(self.container, time.time_ns(), all_of_them=True)

    async def _tell_unaccounted(self) -> None:
        """Say it when frames are missing that the supervisor does not count as dropped."""
        total = sum(tally.unaccounted for _, tally in self.accounts)
        if total > self._unaccounted_told:
            self._unaccounted_told = total
            text = f"{total} frames are missing that no supervisor counts as dropped"
            await self.note(notices.trouble(self.container, text))
