"""Small HTTP servers in front of moto or a registry: what every stand-in of the account is made of."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

CHUNK = 64 * 1024
LARGEST_REQUEST = 64 * 1024 * 1024
"""Bytes of a request: a function's zip (50 MB) and its base64."""
SECONDS = 60
"""For one answer of what lies behind."""

_HOP = {"connection", "content-length", "host", "keep-alive", "transfer-encoding", "accept-encoding"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    target: str
    """Path and query, as they came."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's last value of each name."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; a stream is sent as it comes and closed."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: requests.Response | None = None


def told(document: Mapping[str, Any], status: int = 200, **headers: str) -> Answer:
    """A JSON answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(document).encode(), {"Content-Type": "application/json", **named})


def forwarded(asked: Asked, to: str, body: bytes | None = None) -> Answer:
    """What the server `to` (`http://host:port`) answers to the same request."""
    headers = {name: value for name, value in asked.headers.items() if name not in _HOP}
    reply = requests.request(
        asked.method,
        to + asked.target,
        headers=headers,
        data=asked.body if body is None else body,
        timeout=SECONDS,
        allow_redirects=False,
    )
    kept = {
        name: value
        for name, value in reply.headers.items()
        if name.lower() not in {*_HOP, "content-encoding"}
    }
    return Answer(reply.status_code, reply.content, kept)


@contextmanager
def serving(answer: Callable[[Asked], Answer]) -> Iterator[str]:
    """A server on a free loopback port, as `http://127.0.0.1:port`, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            if length > LARGEST_REQUEST:
                self.close_connection = True
                self._send(told({"message": "the request is too large"}, 413))
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(answer(Asked(self.command, self.path, headers, self.rfile.read(length))))

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _any

        def _send(self, given: Answer) -> None:
            self.send_response(given.status)
            length = given.stream.headers["content-length"] if given.stream else str(len(given.body))
            for name, value in {"Content-Length": length, **given.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # the client may have heard enough
                if given.stream is None:
                    self.wfile.write(given.body)
                    return
                with given.stream as stream:
                    for chunk in stream.raw.stream(CHUNK, decode_content=False):
                        self.wfile.write(chunk)

        def log_message(self, *_: Any) -> None:
            """Nothing on the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
