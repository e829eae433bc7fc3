"""The agent: intake, records, policies and health in one event loop, from start to the end of its drain."""

import asyncio
import signal
from contextlib import suppress
from typing import Any

from outrider.errors import EnvironmentFault
from outrider.model.event import Event
from sidecar import notices
from sidecar.exporting import Exporter, Store
from sidecar.files import make_directory
from sidecar.health import HealthServer
from sidecar.ledger import Ledger
from sidecar.loading import PolicyLoader
from sidecar.names import Names
from sidecar.outlets import Outlets
from sidecar.polling import PolicyPoll
from sidecar.receiver import Receiver
from sidecar.recorder import Recorder
from sidecar.sealing import DIRECTORY
from sidecar.seals import on_loop
from sidecar.settings import Settings

ACCOUNT_SECONDS = 60.0
"""How often the accounts are written to the record, where they changed."""
LOG_SECONDS = 2.0
"""How long the log driver may take for the last lines."""
WATCH_SECONDS = 3.0
"""How long the detectors may take for the last events."""
QUEUE_SECONDS = 5.0
"""How long the account's queue may take for the last events: with the drain well under ECS's 30 s."""


class Agent:
    """Everything of one agent's life."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._out = Outlets(settings)
        self._exporter = (
            Exporter(lambda: _store(settings.sealed), self._out.log.offer) if settings.sealed else None
        )
        exported = {"export": self._exporter.offer} if self._exporter else {}
        self._ledgers = {
            name: Ledger(name, Recorder(settings.record(name), settings.record_bytes), self._out, **exported)
            for name in settings.containers
        }
        self._receiver = Receiver(settings.socket, self._ledgers, self.tell)
        self._poll = PolicyPoll(settings, PolicyLoader(settings), self.tell)
        self._names = Names(settings, self.tell)
        self._health = HealthServer(settings.health_socket, self.status)

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT, then drain. Raises EnvironmentFault when it cannot even start."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self._out.seal_by(on_loop(asyncio.get_running_loop(), self._ledgers))
        self._out.start()
        try:
            await self._start()
        except OSError as error:
            raise EnvironmentFault(
                f"the agent cannot start: {error}", hint="are both volumes mounted, and writable for it?"
            ) from None
        work = (self._poll.run(), self._account(), self._names.run())
        background = [asyncio.create_task(part) for part in work]
        stopped: asyncio.Task[Any] = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([stopped, *background], return_when=asyncio.FIRST_COMPLETED)
        for task in background:
            task.cancel()
        await self._finish()
        for task in done - {stopped}:
            task.result()  # background work never ends by itself: what ended it ends the agent

    async def tell(self, event: Event) -> None:
        """Write a line of the agent's own: to its container's record and the log, or to the log alone."""
        ledger = self._ledgers.get(event.container)
        if ledger is not None:
            await ledger.note(event)
        else:
            self._out.offer(event)

    def status(self) -> dict[str, Any]:
        """How everything stands: for the health check."""
        now = asyncio.get_running_loop().time()
        return {
            "on_failure": self._settings.on_failure,
            "poll_seconds": self._settings.poll_seconds,
            "intake": self._receiver.status(),
            "containers": {name: ledger.status(now) for name, ledger in self._ledgers.items()},
            "policy": self._poll.status(),
            **({"sealed": self._exporter.status()} if self._exporter else {}),
            "names": self._names.status(),
            **self._out.status(),
        }

    async def _start(self) -> None:
        """Records first, so that the first frame has a place to go. Raises OSError."""
        make_directory(self._settings.state_directory)
        for path in (self._settings.socket, *map(self._settings.blob, self._settings.containers)):
            make_directory(path.parent)
        self._names.start()  # applications ask already
        for ledger in self._ledgers.values():
            await ledger.open()
        if self._exporter is not None:
            self._exporter.start([self._settings.record(name) / DIRECTORY for name in self._ledgers])
        await self._health.start()
        self._receiver.start()
        for event in notices.unknown_settings(self._settings.unknown):
            await self.tell(event)

    async def _account(self) -> None:
        """Write accounts now and then."""
        while True:
            await asyncio.sleep(ACCOUNT_SECONDS)
            for ledger in self._ledgers.values():
                await ledger.tell_accounts()

    async def _finish(self) -> None:
        """Receive to the end, close the books, let the log have its last lines."""
        await self._receiver.finish(self._settings.drain_seconds)
        await asyncio.to_thread(self._out.close_watching, WATCH_SECONDS)
        self._names.close()
        for ledger in self._ledgers.values():
            with suppress(OSError):
                await ledger.close()
        self._health.close()
        if self._exporter is not None:
            await asyncio.to_thread(self._exporter.close, QUEUE_SECONDS)
        await asyncio.to_thread(self._out.close, LOG_SECONDS, QUEUE_SECONDS)


def _store(place: str) -> Store:
    """The bucket."""
    from sidecar.aws.sealed import SealedObjects  # noqa: PLC0415 - boto3 is 20 MiB: only who needs it pays

    return SealedObjects(place)
