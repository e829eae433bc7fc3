"""The HTTP server behind the three interfaces: a thread for each connection, keep-alive, chunks both ways.

What connects is the function, its extensions and whoever attacks them, so connections, heads and bodies are
bounded; a message that is not clear closes its connection.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from outrider import limits
from outrider.function import http_message
from outrider.function.http_message import BadMessage, Chunks, Head

_READ = 64 << 10
_DRAIN = 64 << 20
"""Bytes of a body over its cap that are still read, so that the sender gets to see the answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class TooLarge(Exception):
    """A body over its cap; `size` is as far as it was read or said."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} bytes")
        self.size = size


class Request:
    """One request; its body is read when asked for."""

    def __init__(self, head: Head, connection: "_Connection") -> None:
        self.head = head
        self.trailers: dict[str, str] = {}
        self.read_whole = head.length == 0
        self._begun = False
        self._connection = connection

    def header(self, name: str) -> str:
        """A header by its name in lower case; empty when absent."""
        return self.head.headers.get(name, "")

    def parts(self) -> Iterator[bytes]:
        """The body as it comes. Raises BadMessage when it ends early."""
        self._begun = True
        if self.head.continues:
            self._connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self.head.length is not None:
            yield from self._connection.take(self.head.length)
        else:
            chunks = Chunks()
            yield from self._connection.take_chunks(chunks)
            self.trailers = chunks.trailers
        self.read_whole = True

    def body(self, limit: int) -> bytes:
        """All of it. Raises TooLarge, BadMessage."""
        found = bytearray()
        size = 0
        for part in self.parts():
            size += len(part)
            if size <= limit:
                found += part
            elif size > _DRAIN:
                break
        if size > limit:
            raise TooLarge(size)
        return bytes(found)

    def discard(self) -> None:
        """Read past a small body that nobody wanted, so that the connection can stay open."""
        size = 0
        if self._begun or self.head.continues:
            return
        for part in self.parts():
            size += len(part)
            if size > _READ:
                return


class Server:
    """Serves until closed. `handle` runs in the connection's thread and may wait."""

    def __init__(self, listener: socket.socket, handle: Callable[[Request], Answer]) -> None:
        self.address = "{}:{}".format(*listener.getsockname())
        self._listener = listener
        self._handle = handle
        self._lock = threading.Lock()
        self._connections: dict[_Connection, threading.Thread] = {}
        self._closed = False
        self._acceptor = threading.Thread(target=self._accept, name="interfaces", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Close everything and wait for the threads. Handlers that wait must have been woken."""
        self._closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        with self._lock:
            left = dict(self._connections)
        for connection in left:
            connection.end()
        for thread in left.values():
            thread.join()

    def _accept(self) -> None:
        """Take connections; over the cap they are closed at once."""
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._closed or len(self._connections) >= limits.HTTP_CONNECTIONS:
                    client.close()
                    continue
                connection = _Connection(client)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: "_Connection") -> None:
        """Requests of one connection, one after the other."""
        try:
            while request := connection.request():
                answer = self._handle(request)
                if not request.read_whole:
                    request.discard()
                keep = request.head.keep and request.read_whole
                body = http_message.answer(answer.status, answer.body, answer.headers, keep=keep)
                connection.send(body)
                if not keep:
                    return
        except BadMessage as error:
            with suppress(OSError):
                connection.send(http_message.answer(error.status, str(error).encode(), {}, keep=False))
        except OSError:
            return
        finally:
            with self._lock:
                self._connections.pop(connection, None)
            connection.close()


class _Connection:
    """A socket and what was read of it and not yet used."""

    def __init__(self, client: socket.socket) -> None:
        self._socket = client
        self._held = bytearray()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self) -> Request | None:
        """The next one; None when the other side is done. Raises BadMessage, OSError."""
        while (end := http_message.head_end(self._held)) < 0:
            if not self._read():
                return None
        head = http_message.parse_head(bytes(self._held[:end]))
        del self._held[:end]
        return Request(head, self)

    def take(self, length: int) -> Iterator[bytes]:
        """So many bytes."""
        while length:
            if not self._held and not self._read():
                raise BadMessage("the body ended early")
            part = bytes(self._held[:length])
            del self._held[: len(part)]
            length -= len(part)
            yield part

    def take_chunks(self, chunks: Chunks) -> Iterator[bytes]:
        """A chunked body."""
        while not chunks.done:
            if not self._held and not self._read():
                raise BadMessage("the body ended early")
            data = bytes(self._held)
            self._held.clear()
            yield from chunks.feed(data)
        self._held[:0] = chunks.rest()

    def send(self, data: bytes) -> None:
        """All of it."""
        self._socket.sendall(data)

    def end(self) -> None:
        """Wake whoever reads it, from any thread."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Done, in its own thread."""
        self.end()
        self._socket.close()

    def _read(self) -> bool:
        """More bytes; False at the end."""
        data = self._socket.recv(_READ)
        self._held += data
        return bool(data)
