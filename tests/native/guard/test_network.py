"""Peers and names."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from function import LEARNING_AT, PROXY_AT, RUNTIME_AT, Function, policy

from outrider.model.event import Kind, Verdict

LOOPBACK = {"kind": "connect", "address": "127.0.0.0/8", "protocol": "tcp"}


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Somebody who listens on the loopback."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening


def port_of(server: socket.socket) -> int:
    """Where."""
    return int(server.getsockname()[1])


CONNECT = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1]))).close(); print('in')"


def test_connect_by_address(function: Function, server: socket.socket) -> None:
    """Allowed by a rule; else refused, with address and protocol in the event."""
    extension = function.listen()
    port = str(port_of(server))
    assert function.python(CONNECT, policy("block", LOOPBACK, connect="block"), port) == "in\n"
    assert extension.acts() == []
    done = function.run([sys.executable, "-c", CONNECT, port], policy(connect="block"))
    assert "PermissionError" in done.stderr
    (event,) = extension.acts(kind=Kind.CONNECT)
    assert event.address is not None
    assert (event.address.host, event.address.port, event.address.protocol) == ("127.0.0.1", int(port), "tcp")
    assert (event.verdict, event.syscall, event.errno) == (Verdict.BLOCK, "connect", 13)


def test_mapped_addresses_are_ipv4(function: Function, server: socket.socket) -> None:
    """::ffff:127.0.0.1 is 127.0.0.1."""
    code = (
        "import socket, sys\n"
        "s = socket.socket(socket.AF_INET6)\n"
        "s.connect(('::ffff:127.0.0.1', int(sys.argv[1])))\nprint('in')"
    )
    port = str(port_of(server))
    assert function.python(code, policy("block", LOOPBACK, connect="block"), port) == "in\n"


def test_protocol_counts_whatever_made_the_socket(function: Function) -> None:
    """Also when its number was another socket's before."""
    extension = function.listen()
    code = (
        "import socket, os\n"
        "def attempt(s):\n"
        "    try: s.connect(('127.0.0.1', 9)); print('connected')\n"
        "    except OSError as e: print(e.errno)\n"
        "udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); attempt(udp)\n"
        "tcp = socket.socket(); attempt(tcp)\n"
        "os.dup2(tcp.fileno(), udp.fileno()); os.dup2(os.dup(udp.fileno()), tcp.fileno())\n"
        "raw = socket.socket(fileno=os.dup(tcp.fileno())); attempt(raw)\n"
    )
    blob = policy("block", {"kind": "connect", "address": "127.0.0.1", "protocol": "udp"}, connect="block")
    assert function.python(code, blob) == "connected\n13\n13\n"
    assert {event.address.protocol for event in extension.acts() if event.address} == {"tcp"}


SENDS = {
    "sendto": "s.sendto(b'x', ('127.0.0.1', 9))",
    "sendmsg": "s.sendmsg([b'x'], [], 0, ('127.0.0.1', 9))",
    "sendmmsg": (
        "import ctypes\n"
        "class Msg(ctypes.Structure): _fields_ = [('name', ctypes.c_void_p), ('size', ctypes.c_uint32),"
        " ('iov', ctypes.c_void_p), ('iovs', ctypes.c_size_t), ('control', ctypes.c_void_p),"
        " ('controls', ctypes.c_size_t), ('flags', ctypes.c_int), ('sent', ctypes.c_uint)]\n"
        "name = ctypes.create_string_buffer(bytes([2, 0, 0, 9, 127, 0, 0, 1]) + bytes(8), 16)\n"
        "m = Msg(ctypes.addressof(name), 16, None, 0, None, 0, 0, 0)\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "if libc.sendmmsg(s.fileno(), ctypes.byref(m), 1, 0) < 0: raise OSError(ctypes.get_errno(), 'no')"
    ),
}


@pytest.mark.parametrize("call", SENDS)
def test_addressed_datagrams(function: Function, call: str) -> None:
    """Each is decided as a connect; without an address nothing is."""
    extension = function.listen()
    code = (
        f"import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n{SENDS[call]}\nprint('sent')"
    )
    assert function.python(code, policy()) == "sent\n"
    done = function.run([sys.executable, "-c", code], policy(connect="block"))
    assert "13" in done.stderr
    (event,) = extension.acts(kind=Kind.CONNECT)
    assert event.address is not None
    assert (event.address.port, event.address.protocol) == (9, "udp")


def test_unix_sockets_by_real_path(function: Function) -> None:
    """And abstract ones by name."""
    extension = function.listen()
    (function.place / "inner").mkdir()
    (function.place / "link").symlink_to("inner")
    code = (
        "import socket\n"
        "for name in ('link/socket', '\\0abstract'):\n"
        "    a, b = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in 'ab')\n"
        "    a.bind(name)\n"
        "    try: b.connect(name)\n"
        "    except OSError as e: print(e.errno)\n"
    )
    assert function.python(code, policy(connect="block")) == "13\n13\n"
    targets = [event.target for event in extension.acts(kind=Kind.CONNECT)]
    assert targets == [str(function.place / "inner" / "socket"), "@abstract"]


def test_bind(function: Function) -> None:
    """A server on a port that is not known."""
    extension = function.listen()
    code = (
        "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); print(s.getsockname()[0])"
    )
    assert function.python(code, policy()) == "127.0.0.1\n"
    assert "PermissionError" in function.run([sys.executable, "-c", code], policy(bind="block")).stderr
    assert [event.verdict for event in extension.acts(kind=Kind.BIND)] == [Verdict.BLOCK]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("AF_INET, SOCK_RAW, 1", "socket_raw"),
        ("AF_PACKET, SOCK_DGRAM", "socket_raw"),
        ("38, SOCK_SEQPACKET", "socket_other"),
    ],
)
def test_sockets_past_the_rules(function: Function, arguments: str, name: str) -> None:
    """Raw ones and families without addresses we know."""
    extension = function.listen()
    code = f"from socket import *\nsocket({arguments})"
    assert "PermissionError" in function.run([sys.executable, "-c", code], policy(syscall="block")).stderr
    assert [event.target for event in extension.acts(kind=Kind.SYSCALL)] == [name]


LOOKUPS = {
    "getaddrinfo": "import socket; socket.getaddrinfo(N, 80)",
    "gethostbyname": "import ctypes; l = ctypes.CDLL(None); l.gethostbyname.restype = ctypes.c_void_p\n"
    "if not l.gethostbyname(N.encode()): raise OSError('no answer')",
    "gethostbyname2": "import ctypes; l = ctypes.CDLL(None); l.gethostbyname2.restype = ctypes.c_void_p\n"
    "if not l.gethostbyname2(N.encode(), 2): raise OSError('no answer')",
    "gethostbyname_r": "import socket; socket.gethostbyname_ex(N)",
    "libc's own": "import ctypes; p = ctypes.c_void_p(); l = ctypes.CDLL('libc.so.6')\n"
    "if l.getaddrinfo(N.encode(), None, None, ctypes.byref(p)): raise OSError('no answer')",
}


@pytest.mark.parametrize("way", LOOKUPS)
def test_names_are_decided(function: Function, way: str) -> None:
    """Lower case, without the last dot."""
    extension = function.listen()
    code = f"import sys; N = sys.argv[1]\n{LOOKUPS[way]}\nprint('answered')"
    only = policy("block", {"kind": "resolve", "name": "localhost"}, resolve="block")
    assert function.python(code, only, "LocalHost") == "answered\n"
    refused = function.run([sys.executable, "-c", code, "LocalHost."], policy(resolve="block"))
    assert "answered" not in refused.stdout
    (event,) = extension.acts(verdict=Verdict.BLOCK)
    assert (event.kind, event.target) == (Kind.RESOLVE, "localhost")


def test_addresses_are_not_looked_up(function: Function) -> None:
    """Numbers are no names."""
    extension = function.listen()
    code = "import socket; print([socket.getaddrinfo(n, 80)[0][4][0] for n in ('127.0.0.1', '::1')])"
    assert function.python(code, policy(resolve="block")) == "['127.0.0.1', '::1']\n"
    assert extension.acts() == []


def test_connect_by_name(function: Function, server: socket.socket) -> None:
    """What a lookup answered carries the name; an address nobody named does not."""
    extension = function.listen()
    code = (
        "import socket, sys\nport = int(sys.argv[1])\n"
        "def attempt(host):\n"
        "    try: socket.create_connection((host, port)).close(); print('in')\n"
        "    except OSError as e: print(e.errno)\n"
        "attempt('127.0.0.1'); socket.getaddrinfo('localhost', port, socket.AF_INET); attempt('127.0.0.1')\n"
    )
    blob = policy("block", {"kind": "connect", "name": "local*"}, connect="block", resolve="block")
    assert function.python(code, blob, str(port_of(server))) == "13\nin\n"
    (refused,) = extension.acts()
    assert refused.name == ""


def test_learning_tells_the_name(function: Function, server: socket.socket) -> None:
    """Of an allowed connect, once a process."""
    extension = function.listen()
    extension.set(LEARNING_AT, 1)
    code = (
        "import socket, sys\n"
        "for _ in range(3): socket.create_connection(('localhost', int(sys.argv[1]))).close()"
    )
    function.python(code, policy("alert", report=True), str(port_of(server)))
    events = extension.acts(kind=Kind.CONNECT, verdict=Verdict.ALLOW)
    assert [event.name for event in events if event.address and event.address.family == "inet"] == [
        "localhost"
    ]


class Api:
    """Counts who comes."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = port_of(self.server)
        self.came = threading.Semaphore(0)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            connection.close()
            self.came.release()


@pytest.fixture
def api() -> Iterator[Api]:
    """Lambda's."""
    made = Api()
    yield made
    made.server.close()


def test_runtime_api_is_the_runtimes_alone(function: Function, api: Api) -> None:
    """A child that asks for the next event is refused, whatever the policy says."""
    extension = function.listen()
    function.settings["AWS_LAMBDA_RUNTIME_API"] = f"127.0.0.1:{api.port}"
    code = (
        f"import subprocess, sys\ncode = {CONNECT!r}\nexec(code)\n"
        "print(subprocess.run([sys.executable, '-c', code, sys.argv[1]]).returncode)"
    )
    assert function.python(code, policy(), str(api.port)) == "in\n1\n"
    (event,) = extension.acts()
    assert (event.kind, event.target, event.rule, event.verdict) == (
        Kind.SYSCALL,
        "runtime_api",
        0,
        Verdict.BLOCK,
    )
    assert event.message == "from a process that is not the runtime"


def test_runtime_api_needs_no_rule(function: Function, api: Api) -> None:
    """The runtime must be able to work under any policy."""
    function.settings["AWS_LAMBDA_RUNTIME_API"] = f"127.0.0.1:{api.port}"
    assert function.python(CONNECT, policy(connect="block"), str(api.port)) == "in\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::ffff:127.0.0.1"])  # noqa: S104
def test_the_real_api_past_the_proxy(function: Function, api: Api, host: str) -> None:
    """Not even for the runtime: who reads events there has them unseen."""
    extension = function.listen()
    function.settings |= {
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
        "OUTRIDER_RUNTIME_API": f"127.0.0.1:{api.port}",
    }
    code = f"import socket; socket.create_connection(({host!r}, {api.port}))"
    assert "PermissionError" in function.run([sys.executable, "-c", code], policy()).stderr
    assert [event.message for event in extension.acts(target="runtime_api")] == ["past the proxy"]


def test_the_proxy_from_a_child_without_its_address(function: Function, server: socket.socket) -> None:
    """The shared page tells where it is."""
    extension = function.listen()
    extension.set(PROXY_AT, port_of(server))
    extension.set(RUNTIME_AT, 1)
    assert (
        "PermissionError"
        in function.run([sys.executable, "-c", CONNECT, str(port_of(server))], policy()).stderr
    )
    assert extension.acts(target="runtime_api")


@pytest.mark.parametrize("timeout", ["None", "5"])
def test_a_dead_proxy_is_gone_past(function: Function, api: Api, timeout: str) -> None:
    """The runtime's next connect reaches Lambda, blocking or not."""
    extension = function.listen()
    with closing(socket.create_server(("127.0.0.1", 0))) as dead:
        port = port_of(dead)
    function.settings |= {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "OUTRIDER_RUNTIME_API": f"127.0.0.1:{api.port}",
    }
    code = (
        f"import socket; s = socket.create_connection(('127.0.0.1', {port}), timeout={timeout})\n"
        "print(s.getpeername()[1])"
    )
    assert function.python(code, policy()) == f"{api.port}\n"
    assert api.came.acquire(timeout=20)
    extension.wait(lambda event: "does not answer" in event.message)
