"""The intake: supervisors connect, their frames are recorded and then acknowledged.

A connection is read only when what it sent before is in the record: a slow disk, or a full one, holds up the
supervisors' rings and nothing else, and the memory of a connection is one read and one frame.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.event import Event
from outrider.runtime.wire import encode_ack
from sidecar import notices
from sidecar.ledger import Ledger, RecordClosed
from sidecar.peers import Claims, Connection, peer_uid
from sidecar.session import RefusedPeer, Session

READ_BYTES = 64 << 10
HELLO_SECONDS = 5.0
"""From connecting to a complete HELLO. A supervisor sends it at once."""
GATHER_SECONDS = 0.02
"""From one read of a busy connection to the next: what comes meanwhile is recorded together, which costs far
less. The first event after a pause is recorded at once."""
FRAME_SECONDS = 10.0
"""From the first to the last byte of a frame. Between frames a supervisor may be silent for days."""
ACK_SECONDS = 10.0
"""A peer that does not read its acknowledgements for so long is not alive."""
MAX_STRANGERS = 32
"""Connections that have not said HELLO; the one that has waited longest gives way to the next."""
COMPLAINT_SECONDS = 10.0
"""One container's refused peers are told of at most so often, with their number."""

Tell = Callable[[Event], Awaitable[None]]


class Receiver:
    """Serves supervisors on a Unix socket."""

    def __init__(self, path: Path, ledgers: Mapping[str, Ledger], tell: Tell) -> None:
        self.refused = 0
        """Peers sent away since the start."""
        self._path = path
        self._ledgers = ledgers
        self._tell = tell
        self._claims = Claims()
        self._strangers: dict[Connection, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._complaints: dict[str, tuple[float, int]] = {}
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._inode = 0

    def start(self) -> None:
        """Listen. The socket takes its place when it is ready: nobody finds it half made. Raises OSError."""
        listener = socket.socket(
            socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        )
        temporary = self._path.with_name(".agent.sock")
        try:
            temporary.unlink(missing_ok=True)
            listener.bind(str(temporary))
            temporary.chmod(0o666)  # supervisors run as any user; who they are is checked on each connection
            listener.listen(128)
            temporary.replace(self._path)
        except OSError:
            listener.close()
            temporary.unlink(missing_ok=True)
            raise
        self._inode = self._path.stat().st_ino
        self._listener = listener
        self._accepting = asyncio.create_task(self._accept(listener), name="intake")

    async def finish(self, seconds: float) -> None:
        """Receive until every supervisor has hung up, for at most so long; then read what has arrived."""
        await self._ended(seconds)
        if self._accepting is not None and self._listener is not None:
            self._accepting.cancel()
            with suppress(asyncio.CancelledError):
                await self._accepting
            self._listener.close()
        for name in self._ledgers:
            if holder := self._claims.holder(name):
                holder.hang_up()
        for stranger in self._strangers:
            stranger.hang_up()
        await self._ended(HELLO_SECONDS)

    def status(self) -> dict[str, Any]:
        """How it stands: for the health check."""
        return {
            "problem": self._problem(),
            "connected": [name for name in self._ledgers if self._claims.holder(name)],
            "refused": self.refused,
        }

    def _problem(self) -> str:
        """Say why no supervisor could connect; empty when one could."""
        if self._accepting is None or self._accepting.done():
            return "the intake has stopped"
        try:
            found = self._path.stat().st_ino
        except OSError as error:
            return f"{self._path}: {error.strerror}"
        return "" if found == self._inode else f"{self._path} was taken away"

    async def _ended(self, seconds: float) -> None:
        """Wait until no connection is left, for at most so long."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._tasks and loop.time() < end:
            await asyncio.wait(self._tasks, timeout=end - loop.time())

    async def _accept(self, listener: socket.socket) -> None:
        """Take connections, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = await loop.sock_accept(listener)
                connection = Connection(accepted, peer_uid(accepted))
            except OSError:  # the peer is gone already, or we have no descriptor left: others may end
                await asyncio.sleep(0.1)
                continue
            self._make_room()
            self._strangers[connection] = None
            task = asyncio.create_task(self._serve(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _make_room(self) -> None:
        """The stranger that has waited longest goes: silent peers must not keep a supervisor out."""
        if len(self._strangers) >= MAX_STRANGERS:
            oldest = next(iter(self._strangers))
            del self._strangers[oldest]
            oldest.hang_up()

    async def _serve(self, connection: Connection) -> None:
        """One connection, from its first byte to its last."""
        session = Session(self._ledgers.keys(), connection.uid)
        try:
            events = await self._greeted(connection, session)
            if session.hello is not None:
                await self._receive(connection, session, session.hello, events)
        except InvalidInput as error:
            await self._refuse(session, connection, error.message)
        except TimeoutError:
            await self._refuse(session, connection, "stalled: a frame was begun and not finished in time")
        except (RecordClosed, OSError):
            pass  # the agent is going, or the peer is gone: what was not acknowledged is sent again
        finally:
            self._strangers.pop(connection, None)
            connection.socket.close()

    async def _greeted(self, connection: Connection, session: Session) -> list[Event]:
        """Read until HELLO is complete; none when the peer hung up before."""
        events: list[Event] = []
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                while session.hello is None:
                    data = await loop.sock_recv(connection.socket, READ_BYTES)
                    if not data:
                        break
                    events += session.feed(data)
        except TimeoutError:
            raise RefusedPeer("said no HELLO in time") from None
        return events

    async def _receive(
        self, connection: Connection, session: Session, hello: Event, events: list[Event]
    ) -> None:
        """Everything after the handshake."""
        ledger = self._ledgers[hello.container]
        connection.instance = hello.instance
        connection.known = ledger.accounts.knows(hello.instance)
        replaced = await self._claims.claim(hello.container, connection)
        self._strangers.pop(connection, None)
        try:
            if replaced is not None and replaced.instance != hello.instance:
                await self._tell(
                    notices.trouble(
                        hello.container, f"replaced a claimant (uid {replaced.uid}) not on record"
                    )
                )
            await self._record_all(connection, session, ledger, events)
        finally:
            self._claims.release(hello.container, connection)
            connection.ended.set()

    async def _record_all(
        self, connection: Connection, session: Session, ledger: Ledger, events: list[Event]
    ) -> None:
        """Record, acknowledge, read on, until the peer hangs up: to its last frame, even to a deaf peer."""
        loop = asyncio.get_running_loop()
        listening = True
        acknowledged = 0
        cut_since: float | None = None
        read_at, pause = loop.time(), 0.0
        while True:
            await ledger.record(events)
            if listening and (events or session.last_seq > acknowledged):
                acknowledged = session.last_seq
                listening = await self._acknowledge(connection, acknowledged)
            if events or not session.cut:
                cut_since = None
            if session.cut and cut_since is None:
                cut_since = loop.time()
            async with asyncio.timeout_at(cut_since + FRAME_SECONDS if cut_since else None):
                await asyncio.sleep(read_at + pause - loop.time())
                data = await loop.sock_recv(connection.socket, READ_BYTES)
            read_at, pause = loop.time(), GATHER_SECONDS if len(data) < READ_BYTES else 0.0
            if not data:
                return
            events = session.feed(data)

    async def _acknowledge(self, connection: Connection, seq: int) -> bool:
        """Send one acknowledgement; False when the peer listens no more."""
        if seq == 0:
            return True
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await asyncio.get_running_loop().sock_sendall(connection.socket, encode_ack(seq))
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise RefusedPeer("does not read its acknowledgements") from None
            return False
        return True

    async def _refuse(self, session: Session, connection: Connection, reason: str) -> None:
        """Tell of a peer that was sent away; of a flood of them only the number."""
        self.refused += 1
        container = session.hello.container if session.hello else ""
        now = asyncio.get_running_loop().time()
        last, untold = self._complaints.get(container, (-COMPLAINT_SECONDS, 0))
        if now - last < COMPLAINT_SECONDS:
            self._complaints[container] = (last, untold + 1)
            return
        self._complaints[container] = (now, 0)
        more = f" ({untold} more since the last line like this)" if untold else ""
        text = f"refused a peer (uid {connection.uid}): {reason}{more}"
        await self._tell(notices.trouble(container, text))
