"""Servers on the other side: the origin of a proxy, and where attackers would like to connect."""

import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from demo.programs.room import ATTACKER, ATTACKER_PORT, CREDENTIALS, ORIGIN, TASK, command
from outrider.cli.engine import namespaces


class Listener:
    """Counts who comes."""

    def __init__(self, listening: socket.socket) -> None:
        self.came = 0
        self._socket = listening
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            self.came += 1
            connection.close()


class _Origin(BaseHTTPRequestHandler):
    """Answers everything with what was asked for."""

    def do_GET(self) -> None:
        """Any page."""
        body = f"origin {self.server.server_port} {self.path}\n".encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=60" if "/cached" in self.path else "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: it is not the origin that is looked at."""


class Peers:
    """All of them, in a network of their own, which is the default route of the task's."""

    def __init__(self) -> None:
        self._servers: list[ThreadingHTTPServer] = []
        attacker, credentials = namespaces.in_new(namespaces.NEW_NET, self._open)
        command("ip", "address", "add", f"{TASK}/24", "dev", "eth0")
        command("ip", "link", "set", "eth0", "up")
        command("ip", "route", "add", "default", "via", ORIGIN)
        self.attacker, self.credentials = Listener(attacker), Listener(credentials)
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def _open(self) -> tuple[socket.socket, socket.socket]:
        """The other end of the task's link, and the sockets there: they keep the namespace."""
        ours = str(os.getpid())
        command("ip", "link", "add", "out", "type", "veth", "peer", "name", "eth0", "netns", ours)
        for address in (f"{ORIGIN}/24", f"{ATTACKER}/32", f"{CREDENTIALS}/32"):
            command("ip", "address", "add", address, "dev", "out")
        command("ip", "link", "set", "out", "up")
        self._servers = [ThreadingHTTPServer((ORIGIN, port), _Origin) for port in (80, 8081)]
        return socket.create_server((ATTACKER, ATTACKER_PORT)), socket.create_server((CREDENTIALS, 80))
