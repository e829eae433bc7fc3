"""Who is on the other end of a Unix socket, and who may speak for a container."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field

from sidecar.session import RefusedPeer

TAKEOVER_SECONDS = 5.0
"""How long a claimant waits for the one it replaces to be recorded to the end."""

_UCRED = struct.Struct("iII")


def peer_uid(connection: socket.socket) -> int:
    """Return the user a peer had when it connected, by the kernel's word.

    SO_PEERCRED has a pid too: 0, for the peer is in another PID namespace.
    """
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    _, uid, _ = _UCRED.unpack(raw)
    return int(uid)


@dataclass(eq=False, slots=True)
class Connection:
    """One accepted connection."""

    socket: socket.socket
    uid: int
    instance: str = ""
    """Once it has said HELLO and was taken for the supervisor of its container."""
    known: bool = False
    """Its instance was on record before it came: nobody but that supervisor and we know the number."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def hang_up(self) -> None:
        """Make its reader come to an end; what has arrived is still read."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is gone already


class Claims:
    """One living connection a container."""

    def __init__(self) -> None:
        self._holders: dict[str, Connection] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def holder(self, container: str) -> Connection | None:
        """Return the connection that speaks for a container."""
        return self._holders.get(container)

    async def claim(self, container: str, newcomer: Connection) -> Connection | None:
        """Make the newcomer the one that speaks for a container; return the one it replaced, if any.

        A second claimant is refused, unless it shows that it is the supervisor: by the number of the very
        instance that is connected (it came back before its old connection was seen to end), or by one that is
        on record against one that is not. Raises RefusedPeer.
        """
        async with self._locks.setdefault(container, asyncio.Lock()):
            holder = self._holders.get(container)
            if holder is not None:
                proven = newcomer.instance == holder.instance or (newcomer.known and not holder.known)
                if not proven:
                    raise RefusedPeer("a second claimant, while the first is alive")
                holder.hang_up()
                try:
                    await asyncio.wait_for(holder.ended.wait(), TAKEOVER_SECONDS)
                except TimeoutError:
                    raise RefusedPeer("came back while its old connection is still being recorded") from None
            self._holders[container] = newcomer
            return holder

    def release(self, container: str, connection: Connection) -> None:
        """The connection has ended."""
        if self._holders.get(container) is connection:
            del self._holders[container]
