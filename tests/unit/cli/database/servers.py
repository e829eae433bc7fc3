"""A web server with a database, which can be told to misbehave."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Served:
    """What a server has, what it was asked, and how it behaves."""

    root: Path
    address: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(file, Range), shards only without their digest."""
    statuses: list[int] = field(default_factory=list)
    """Given first, one a request, before it behaves."""
    cut: int = 0
    """Ends each answer after so many bytes, as a broken line does."""
    cuts: int = 1 << 30
    """How often."""
    more: bytes = b""
    """Sent after the end of each shard, and counted in its length."""
    stall: float = 0.0
    """Seconds it waits in the middle of a shard."""
    change: bool = False
    """Flips a bit of each shard."""
    location: str = ""
    """Sends everybody there."""

    @property
    def files(self) -> list[str]:
        return [name for name, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    """Answers GET."""

    protocol_version = "HTTP/1.1"
    served: Served

    def do_GET(self) -> None:
        served = self.served
        name = self.path.rpartition("/")[2]
        wanted = self.headers.get("Range", "")
        served.asked.append((name, wanted))
        path = served.root / name
        if served.location:
            self._head(302, {"Location": served.location + name, "Content-Length": "0"})
        elif served.statuses:
            self._head(served.statuses.pop(0), {"Content-Length": "0"})
        elif not path.is_file():
            self._head(404, {"Content-Length": "0"})
        else:
            self._file(path.read_bytes(), wanted, shard=name.endswith(".sqlite"))

    def _file(self, data: bytes, wanted: str, *, shard: bool) -> None:
        served = self.served
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag:
            self._head(304, {"ETag": tag})
            return
        if shard and served.change:
            data = data[:-1] + bytes([data[-1] ^ 1])
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        headers = {"ETag": tag, "Content-Length": str(len(data) - start + (len(served.more) if shard else 0))}
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self._head(206 if wanted else 200, headers)
        body = data[start:] + (served.more if shard else b"")
        if shard and served.cut and served.cuts:
            served.cuts -= 1
            self.wfile.write(body[: served.cut])
            self.close_connection = True
            return
        self.wfile.write(body[:100])
        if shard and served.stall:
            self.wfile.flush()
            time.sleep(served.stall)
        self.wfile.write(body[100:])

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Does not complain when a client goes away."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def serving(root: Path) -> Iterator[Served]:
    """A server on loopback, until the end of the block."""
    served = Served(root)
    handler = type("Bound", (Handler,), {"served": served})
    with Server(("127.0.0.1", 0), handler) as server:
        served.address = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield served
        server.shutdown()
        thread.join()
