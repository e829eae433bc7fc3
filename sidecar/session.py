"""One conversation with a supervisor, as far as it goes without a socket: bytes → events, or a refusal."""

from collections.abc import Collection

from outrider.errors import InvalidInput
from outrider.model.event import Event, FrameType
from outrider.runtime.wire import FrameDecoder


class RefusedPeer(InvalidInput):
    """The peer is not the supervisor it says it is, or does not keep to the protocol."""


class Session:
    """The agent's side of one connection. After an error the connection must be closed."""

    def __init__(self, containers: Collection[str], peer_uid: int) -> None:
        self._containers = containers
        self._peer_uid = peer_uid
        self._decoder = FrameDecoder(introduced=True)
        self.hello: Event | None = None
        """Who is speaking, once that is known."""

    @property
    def last_seq(self) -> int:
        """Highest number seen: what may be acknowledged when everything returned so far is recorded."""
        return self._decoder.last_seq

    @property
    def cut(self) -> bool:
        """Whether a frame has begun and is not complete."""
        return self._decoder.pending > 0

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return the events they complete, each with its container and instance.

        The first is HELLO. Raises InvalidInput (not the protocol) or RefusedPeer (not who it claims to be).
        """
        events = self._decoder.feed(data)
        begin = 0
        if self.hello is None and events:
            self.hello, begin = self._check_hello(events[0]), 1
        if self.hello is not None:
            container, instance = self.hello.container, self.hello.instance
            for event in events[begin:]:
                if event.type is FrameType.HELLO:
                    raise RefusedPeer("a second HELLO on one connection")
                if event.seq == 0:
                    raise RefusedPeer(f"a {event.type} frame without a number")
                if event.container != container or event.instance != instance:
                    raise RefusedPeer("a frame in the name of somebody else")
        return events

    def _check_hello(self, event: Event) -> Event:
        """The first frame: does the kernel's word about the peer agree with its own?"""
        if event.type is not FrameType.HELLO or event.seq != 0:
            raise RefusedPeer(f"began with a {event.type} frame, not with HELLO")
        if event.container not in self._containers:
            raise RefusedPeer(
                f"claims to be container {event.container[:64]!r}, which is not under supervision"
            )
        if event.uid != self._peer_uid:
            raise RefusedPeer(f"claims uid {event.uid}, the kernel says {self._peer_uid}")
        if not event.instance.strip("0"):
            raise RefusedPeer("gives no instance")
        return event
