"""A small Runtime API: enough for a runtime to be invoked, and for an attacker to meddle with."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import Any

PATIENCE_SECONDS = 20.0


class Api:
    """What was asked and answered. Listens twice: as the real API, and as the proxy in front of it."""

    def __init__(self) -> None:
        self.real = ""
        self.proxy = ""
        self.registered: list[str] = []
        """Names of extensions that registered."""
        self._events: Queue[tuple[str, bytes]] = Queue()
        self._answers: Queue[tuple[str, bytes]] = Queue()
        self._count = 0
        self.closing = threading.Event()

    def offer(self, event: Any) -> str:
        """Queue an event; return the id of the invocation."""
        self._count += 1
        request = f"00000000-0000-4000-8000-{self._count:012d}"
        self._events.put((request, json.dumps(event).encode()))
        return request

    def answer(self, seconds: float = PATIENCE_SECONDS) -> tuple[str, str] | None:
        """Return the next answer: of which invocation, and what it says; None when there is none in time."""
        try:
            request, body = self._answers.get(timeout=seconds)
        except Empty:
            return None
        return request, body.decode(errors="replace")

    def take_event(self) -> tuple[str, bytes] | None:
        """For a runtime that asks for the next one; None when we are closing."""
        while not self.closing.is_set():
            try:
                return self._events.get(timeout=0.2)
            except Empty:
                continue
        return None

    def take_answer(self, request: str, body: bytes) -> None:
        """Of a runtime, or of whoever says he is one."""
        self._answers.put((request, body))


@contextmanager
def serving() -> Iterator[Api]:
    """Serve until the end of the block."""
    api = Api()
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _handler(api)) for _ in range(2)]
    api.real, api.proxy = (f"127.0.0.1:{server.server_address[1]}" for server in servers)
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield api
    finally:
        api.closing.set()
        for server in servers:
            server.shutdown()
            server.server_close()


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            """`invocation/next`."""
            taken = api.take_event() if self.path.endswith("/invocation/next") else None
            if taken is None:
                self.close_connection = True
                return
            request, event = taken
            try:
                self._say(200, event, ("Lambda-Runtime-Aws-Request-Id", request))
            except OSError:  # who asked is gone: nobody has seen the event
                self.close_connection = True

        def do_POST(self) -> None:
            """An answer, an error, or an extension."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.endswith("/extension/register"):
                api.registered.append(self.headers.get("Lambda-Extension-Name") or "")
                self._say(200, b"{}", ("Lambda-Extension-Identifier", "1"))
                return
            api.take_answer(self.path.split("/")[-2], body)
            self._say(202, b"{}")

        def _say(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            for name, value in (*headers, ("Content-Length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            """Clients die: that is no news here."""
            try:
                super().handle()
            except (TimeoutError, ConnectionError):
                self.close_connection = True

    return Handler
