"""The task metadata endpoint and the credentials endpoint, for the containers of one task."""

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str], Any | None]
"""Path of a request → the document, or None when there is nothing at that path."""

_PATIENCE = 10.0
"""Seconds a client may take for its request."""


class MetadataServer:
    """Serves JSON documents on a listening socket until it is closed."""

    def __init__(self, listening: socket.socket, answer: Answer) -> None:
        class Handler(_Handler):
            answer_for = staticmethod(answer)

        self._server = ThreadingHTTPServer(("", 0), Handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listening
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="metadata", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving and close the socket."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    timeout = _PATIENCE
    answer_for: Answer
    server_version = "outrider-run"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with the document of this path."""
        path = self.path.partition("?")[0]
        document = self.answer_for(path)
        found = document is not None
        body = json.dumps(document if found else {"error": f"nothing at {path}"}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: stderr is for the person at the terminal."""
