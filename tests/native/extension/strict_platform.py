"""A stand-in for the Runtime and Extensions APIs, strict about every byte it is sent.

It is no emulator: it has no lifecycle, no deadlines and no freezing; it answers what a test puts into its
queues and keeps all it was told.
"""

import contextlib
import json
import queue
import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

PATIENCE = 20.0
"""Seconds after which a test gives up waiting. Nothing is asserted about time."""

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NEXT = "/2018-06-01/runtime/invocation/next"
_EXTENSION_NEXT = "/2020-01-01/extension/event/next"


def until(happened: Callable[[], Any], what: str) -> Any:
    """Wait for something; its value."""
    end = time.monotonic() + PATIENCE
    while not (value := happened()):
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.005)
    return value


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    connection: int
    body: bytes = b""
    size: int = 0
    trailers: list[tuple[str, str]] = field(default_factory=list)
    continued: bool = False

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) < 2, f"{name} came {len(found)} times"
        return found[0] if found else None


@dataclass
class Event:
    """What a runtime is answered that asks for the next event."""

    body: bytes = b"{}"
    id: str = "r-1"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: int = 0
    status: int = 200


class Broken(Exception):
    """What came is no request."""


class Wire:
    """One connection: exact reads."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.buffer = sock, b""

    def fill(self) -> bool:
        piece = self.sock.recv(1 << 16)
        self.buffer += piece
        return bool(piece)

    def line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            if not self.fill():
                raise EOFError
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        if b"\n" in line or b"\r" in line:
            raise Broken(f"a bare CR or LF: {line[:80]!r}")
        return line

    def exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            if not self.fill():
                raise EOFError
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def headers(self) -> list[tuple[str, str]]:
        found = []
        while line := self.line():
            name, colon, value = line.partition(b":")
            if not colon or not _TOKEN.fullmatch(name):
                raise Broken(f"no header: {line[:80]!r}")
            found.append((name.decode("ascii"), value.strip().decode("latin-1")))
        return found


class StrictPlatform:
    """Both APIs on one port of loopback, as Lambda has them."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event | None] = queue.Queue()
        self.lifecycle: queue.Queue[dict[str, Any]] = queue.Queue()
        self.asked: list[Asked] = []
        self.broken: list[str] = []
        self.dropped_polls = 0
        self.waiting_polls = 0
        self.connections = 0
        self.keep_bodies = True
        self.close_after: set[str] = set()
        self.answers: dict[str, Callable[[Asked, Wire], bytes | None]] = {}
        """Path → its own answer, whole, or None: the connection is closed."""
        self._stop = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._open: set[socket.socket] = set()
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._stop = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """As if the other side had been restarted."""
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def of(self, end: str) -> list[Asked]:
        """Requests whose path ends so."""
        return [one for one in list(self.asked) if one.path.endswith(end)]

    def shut_down(self) -> None:
        self.lifecycle.put({"eventType": "SHUTDOWN", "shutdownReason": "spindown", "deadlineMs": 1})

    def _accept(self) -> None:
        while not self._stop:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(sock)
            threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True).start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = Wire(sock)
        with sock, contextlib.suppress(EOFError, OSError):
            try:
                while self._one(wire, number):
                    pass
            except Broken as error:
                self.broken.append(str(error))
            finally:
                self._open.discard(sock)

    def _one(self, wire: Wire, number: int) -> bool:
        asked = self._head(wire, number)
        if (asked.header("expect") or "").lower() == "100-continue":
            asked.continued = True
            wire.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        for piece in self._body(wire, asked):
            asked.size += len(piece)
            if self.keep_bodies:
                asked.body += piece
        self.asked.append(asked)
        answer = self._answer(asked, wire)
        if answer is None:
            return False
        wire.sock.sendall(answer)
        return asked.path not in self.close_after

    def _head(self, wire: Wire, number: int) -> Asked:
        parts = wire.line().split(b" ")
        if len(parts) != 3 or parts[2] != b"HTTP/1.1" or not parts[1].startswith(b"/"):
            raise Broken(f"no request line: {parts!r}")
        asked = Asked(parts[0].decode(), parts[1].decode(), wire.headers(), number)
        if asked.header("host") != self.address:
            raise Broken(f"Host is {asked.header('host')!r}, not {self.address}")
        if asked.header("content-length") is not None and asked.header("transfer-encoding") is not None:
            raise Broken("both framings")
        return asked

    def _body(self, wire: Wire, asked: Asked) -> Iterator[bytes]:
        if asked.header("transfer-encoding") is None:
            left = int(asked.header("content-length") or 0)
            while left:
                piece = wire.exactly(min(left, 1 << 16))
                left -= len(piece)
                yield piece
            return
        while size := int(wire.line().split(b";")[0], 16):
            yield wire.exactly(size)
            if wire.exactly(2) != b"\r\n":
                raise Broken("a chunk without its end")
        asked.trailers = wire.headers()

    def _answer(self, asked: Asked, wire: Wire) -> bytes | None:
        if asked.path in self.answers:
            return self.answers[asked.path](asked, wire)
        if asked.path == _NEXT:
            return self._next(asked, wire)
        if asked.path == "/2020-01-01/extension/register":
            return reply(200, b'{"functionName":"f"}', {"Lambda-Extension-Identifier": "id-1"})
        if asked.path == _EXTENSION_NEXT:
            return self._extension_next(wire)
        return reply(202, b'{"status":"OK"}')

    def _wait(self, source: "queue.Queue[Any]", wire: Wire) -> Any:
        """What comes next; None when the client went away."""
        while not self._stop:
            try:
                return source.get(timeout=0.01)
            except queue.Empty:
                readable, _, _ = select.select([wire.sock], [], [], 0)
                if readable and not wire.sock.recv(1, socket.MSG_PEEK):
                    self.dropped_polls += 1
                    return None
        return None

    def _next(self, asked: Asked, wire: Wire) -> bytes | None:
        self.waiting_polls += 1
        event = self._wait(self.events, wire)
        self.waiting_polls -= 1
        if event is None:
            return None
        headers = {
            "Lambda-Runtime-Aws-Request-Id": event.id,
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60000),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:1:function:f",
            "Lambda-Runtime-Trace-Id": "Root=1-2-3;Sampled=0",
            **event.headers,
        }
        return reply(event.status, event.body, headers, event.chunks)

    def _extension_next(self, wire: Wire) -> bytes | None:
        told = self._wait(self.lifecycle, wire)
        return None if told is None else reply(200, json.dumps(told).encode())


def reply(status: int, body: bytes, headers: dict[str, str] | None = None, chunks: int = 0) -> bytes:
    """An answer; with `chunks` in so many pieces."""
    lines = [f"HTTP/1.1 {status} Fine", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if not chunks:
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
    step = max(1, -(-len(body) // chunks))
    pieces = [body[at : at + step] for at in range(0, len(body), step)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return "\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode() + framed + b"0\r\n\r\n"
