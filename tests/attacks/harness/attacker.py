"""The attacker's side: ports that take what is sent, and a resolver that is asked."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

ADDRESS = "127.0.0.66"
"""Where the attacker lives: no rule allows it."""
SERVICE_ADDRESS = "127.0.0.77"
"""Where the one service lives that every function here may use."""
METADATA_ADDRESS = "127.0.0.169"
"""Stands for 169.254.169.254."""
READ_SECONDS = 2.0
MOST_BYTES = 1 << 16
THANKS = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nthanks"
FORTY_TWO = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n42"
SENTINEL = b"sentinel"


@dataclass
class Attacker:
    """What has arrived so far."""

    web_port: int = 0
    shell_port: int = 0
    udp_port: int = 0
    metadata_port: int = 0
    service_port: int = 0
    got: list[bytes] = field(default_factory=list)
    """Requests and datagrams."""
    served: list[bytes] = field(default_factory=list)
    """What the good service was asked: that it was is no attack."""
    told: threading.Condition = field(default_factory=threading.Condition)

    def forget(self) -> None:
        """Start anew."""
        with self.told:
            self.got.clear()
            self.served.clear()

    def has(self, text: bytes) -> bool:
        """Whether something holds this."""
        with self.told:
            return any(text in one for one in self.got)

    def take(self, what: bytes) -> None:
        """Note something that arrived."""
        with self.told:
            self.got.append(what)
            self.told.notify_all()

    def drain(self) -> None:
        """Return when all that was sent before has been noted: each port takes one at a time, in order."""
        for port in (self.web_port, self.shell_port, self.udp_port):
            mark = SENTINEL + str(port).encode()
            kind = socket.SOCK_DGRAM if port == self.udp_port else socket.SOCK_STREAM
            with socket.socket(socket.AF_INET, kind) as us:
                us.connect((ADDRESS, port))
                us.sendall(mark)
            with self.told:
                if not self.told.wait_for(lambda mark=mark: any(mark in one for one in self.got), 10):
                    raise AssertionError(f"the attacker's port {port} is deaf")


@contextmanager
def listening() -> Iterator[Attacker]:
    """Open all ports; they close with the block."""
    attacker = Attacker()
    with ExitStack() as held:
        hosts = (ADDRESS, ADDRESS, METADATA_ADDRESS, SERVICE_ADDRESS)
        web, shell, metadata, service = (held.enter_context(_server(held, host)) for host in hosts)
        yield from _serving(attacker, web, shell, metadata, service)


def _server(held: ExitStack, host: str) -> socket.socket:
    """Listen on a port that is held on 127.0.0.1 too: a Runtime API that came by the same number there would
    make the guard take every address of the loopback with it for the API, as it must."""
    while True:
        server, twin = socket.create_server((host, 0)), socket.socket()
        try:
            twin.bind(("127.0.0.1", server.getsockname()[1]))
        except OSError:
            server.close()
            twin.close()
        else:
            held.enter_context(twin)
            return server


def _serving(
    attacker: Attacker,
    web: socket.socket,
    shell: socket.socket,
    metadata: socket.socket,
    service: socket.socket,
) -> Iterator[Attacker]:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((ADDRESS, 0))
    (
        attacker.web_port,
        attacker.shell_port,
        attacker.udp_port,
        attacker.metadata_port,
        attacker.service_port,
    ) = (one.getsockname()[1] for one in (web, shell, udp, metadata, service))
    serve = {
        web: lambda: _streams(web, lambda peer: attacker.take(_request(peer, THANKS))),
        shell: lambda: _streams(shell, lambda peer: attacker.take(_shell(peer))),
        metadata: lambda: _streams(metadata, lambda peer: attacker.take(_request(peer, b"AccessKeyId"))),
        service: lambda: _streams(service, lambda peer: attacker.served.append(_request(peer, FORTY_TWO))),
        udp: lambda: _datagrams(udp, attacker),
    }
    for target in serve.values():
        threading.Thread(target=target, daemon=True).start()
    try:
        yield attacker
    finally:
        for one in serve:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def _streams(listener: socket.socket, take: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        with peer, suppress(OSError):
            peer.settimeout(READ_SECONDS)
            take(peer)


def _request(peer: socket.socket, answer: bytes) -> bytes:
    """One request, or whatever is said in one breath."""
    got = b""
    with suppress(OSError):
        while len(got) < MOST_BYTES and (chunk := peer.recv(MOST_BYTES)):
            got += chunk
            if not got.split(b" ")[0].isupper() or _whole(got):
                break
        peer.sendall(answer)
    return got


def _whole(got: bytes) -> bool:
    head, end, body = got.partition(b"\r\n\r\n")
    length = [
        line.partition(b":")[2] for line in head.lower().splitlines() if line.startswith(b"content-length")
    ]
    return bool(end) and len(body) >= int(length[0] if length else 0)


def _shell(peer: socket.socket) -> bytes:
    """Somebody's shell reports: ask who it is."""
    got = b""
    with suppress(OSError):
        peer.sendall(b"id\nexit\n")
        while b"uid=" not in got and SENTINEL not in got and (chunk := peer.recv(4096)):
            got += chunk
    return got


def _datagrams(udp: socket.socket, attacker: Attacker) -> None:
    with suppress(OSError):
        while got := udp.recv(4096):
            attacker.take(got)


@contextmanager
def resolving(attacker: Attacker, names: dict[str, str]) -> Iterator[None]:
    """A resolver on port 53 of the attacker's address: it takes every question, and knows some names."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((ADDRESS, 53))

    def serve() -> None:
        while True:
            try:
                question, peer = server.recvfrom(4096)
            except OSError:
                return
            if not question:  # the end of the block
                return
            attacker.take(b"question: " + asked(question).encode())
            server.sendto(_answer(question, names), peer)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


def asked(question: bytes) -> str:
    """The name a DNS question is about."""
    labels, at = [], 12
    while at < len(question) and (size := question[at]):
        labels.append(question[at + 1 : at + 1 + size].decode("ascii", "replace"))
        at += size + 1
    return ".".join(labels)


def _answer(question: bytes, names: dict[str, str]) -> bytes:
    """An address for a name that is known (type A); for others that there is none."""
    name = asked(question)
    end = 12 + len(name) + 2 + 4
    kind = struct.unpack_from(">H", question, end - 4)[0]
    address = names.get(name.lower()) if kind == 1 else None
    code = 0 if name.lower() in names else 3
    header = question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 1 if address else 0, 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(address) if address else b""
    return header + question[12:end] + record
