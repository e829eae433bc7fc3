"""Python's own audit hook: the fallback where the native guard cannot be loaded (start.py installs it).

It decides by the same compiled policy and reports by the same frames (native/wire.h). It is the weaker
defence: it lives where the code it watches lives, hears only what the interpreter tells (not of
`_posixsubprocess.fork_exec`, a resolved ctypes function, `os.memfd_create`; 3.8 not of marshal.loads), is not
in programs the function starts, and stays with the policy of the start, whose signature the wrapper has
verified. Standard library only, Python 3.8 and later.
"""

from __future__ import annotations

import _socket
import _thread
import errno
import hashlib
import json
import os
import re
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

from outrider_policy import (
    ALERT,
    ALLOW,
    BIND,
    BLOCK,
    CONNECT,
    EXEC,
    INET,
    INET6,
    KINDS,
    LOAD,
    READ,
    RESOLVE,
    UNIX,
    WRITE,
    Policy,
)  # fmt: skip

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
SEEN_MAX = 4096  # acts already reported, names of addresses: forgotten when there are more
STATE_MAGIC, STATE_LEARNING = 0x3154535252545554, 36  # native/state.h


def _is_customers(path: str) -> bool:
    """As attribution_is_customers() in native/guard/attribution.c."""
    if (
        path[:1] in ("<", "")
        or path.startswith(("/var/runtime/", "/opt/outrider/"))
        or "/awslambdaric/" in path
    ):
        return False
    if path == __file__ or path.startswith("/var/lang/"):
        return False
    library = re.search("/lib(64)?/python3.*", path)
    own = path.startswith(("/var/task/", "/opt/", "/tmp/")) or not library
    return own or "/site-packages/" in path or "/dist-packages/" in path


def _code() -> str:
    """The customer's line nearest to the act, or ""."""
    frame = sys._getframe(1)
    while frame is not None and not _is_customers(frame.f_code.co_filename):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}" if frame else ""


def _path(what: Any) -> list[bytes]:
    """Real path of what an event names; nothing for a descriptor."""
    return [] if isinstance(what, int) or what is None else [os.path.realpath(os.fsencode(what))]


def _programs(what: Any) -> list[tuple]:
    """The file an exec is about, found as a shell would, and for a script its interpreter."""
    found = os.fsencode(what)
    if b"/" not in found:
        for place in os.environ.get("PATH", os.defpath).split(":"):
            if os.access(os.path.join(os.fsencode(place), found), os.X_OK):
                found = os.path.join(os.fsencode(place), found)
                break
    acts = [(EXEC, os.path.realpath(found), None)]
    try:
        with open(found, "rb") as file:
            first = file.readline(256)
    except OSError:
        return acts
    words = first[2:].split() if first[:2] == b"#!" else []
    return [*acts, (EXEC, os.path.realpath(words[0]), None)] if words else acts


def _peers(kind: int, sock: Any, address: Any) -> list[tuple]:
    """What a connect, a bind or an addressed datagram is about; a host name is looked up."""
    if sock.family == _socket.AF_UNIX:
        path = os.fsencode(address) if isinstance(address, str) else bytes(address)
        path = b"@" + path[1:] if path[:1] == b"\0" else os.path.realpath(path)
        return [(kind, path, (UNIX, 0, 0, b""))]
    if sock.family not in (_socket.AF_INET, _socket.AF_INET6) or not isinstance(address, tuple):
        return []
    protocol = {_socket.SOCK_STREAM: 6, _socket.SOCK_DGRAM: 17}.get(sock.type & 0xF, 0)
    host, port = address[0] or "0.0.0.0", address[1]  # noqa: S104 - bind's way to say any
    acts = []
    for family, *_, found in _socket.getaddrinfo(host, port, sock.family):
        raw = _socket.inet_pton(family, found[0].split("%")[0])
        if raw[:12] == bytes(10) + b"\xff\xff":
            raw = raw[12:]
        acts.append((kind, b"", (INET if len(raw) == 4 else INET6, protocol, port, raw)))
    return acts


def _opened(path: Any, _mode: Any, flags: int) -> list[tuple]:
    return [(WRITE if flags & WRITING else READ, found, None) for found in _path(path)]


def _writes(*paths: Any) -> list[tuple]:
    return [(WRITE, found, None) for path in paths for found in _path(path)]


def _executed(code: Any) -> list[tuple]:
    name = code.co_filename
    return [] if name[:1] in ("<", "") else [(LOAD, found, None) for found in _path(name)]


def _looked_up(host: Any, *_: Any) -> list[tuple]:
    name = host.encode("idna") if isinstance(host, str) and not host.isascii() else os.fsencode(host or "")
    literal = re.fullmatch(rb"[\d.]*|.*:.*", name)
    return [] if literal else [(RESOLVE, name.lower().rstrip(b"."), None)]


def _unmarshalled(*_: Any) -> list[tuple]:
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    importing = frame is None or frame.f_code.co_filename.startswith("<frozen ")
    return [] if importing else [(LOAD, b"pickle:marshal.loads", None)]


EVENTS: dict[str, Callable[..., list]] = {
    "open": _opened,
    "os.exec": lambda path, *_: _programs(path),
    "os.posix_spawn": lambda path, *_: _programs(path),
    "os.system": lambda _: _programs("/bin/sh"),
    "subprocess.Popen": lambda program, *_: _programs(program),
    "socket.connect": lambda sock, address: _peers(CONNECT, sock, address),
    "socket.sendto": lambda sock, address: _peers(CONNECT, sock, address),
    "socket.sendmsg": lambda sock, address: _peers(CONNECT, sock, address) if address else [],
    "socket.bind": lambda sock, address: _peers(BIND, sock, address),
    "socket.getaddrinfo": _looked_up,
    "socket.gethostbyname": _looked_up,
    "os.remove": lambda path, *_: _writes(path),
    "os.rename": lambda source, target, *_: _writes(source, target),
    "os.link": lambda _, target, *__: _writes(target),
    "os.symlink": lambda _, target, *__: _writes(target),
    "os.mkdir": lambda path, *_: _writes(path),
    "os.rmdir": lambda path, *_: _writes(path),
    "os.truncate": lambda path, *_: _writes(path),
    "exec": _executed,
    "ctypes.dlopen": lambda name: (
        [(LOAD, found, None) for found in _path(name)] if b"/" in os.fsencode(name or "") else []
    ),
    "import": lambda _, file, *__: [(LOAD, found, None) for found in _path(file)],
    "pickle.find_class": lambda module, name: [(LOAD, f"pickle:{module}.{name}".encode(), None)],
    "marshal.loads": _unmarshalled,
    "marshal.load": _unmarshalled,
}


class Guard:
    """Decides and reports what the interpreter tells of."""

    def __init__(self, policy: Policy, directory: str) -> None:
        """`directory` holds the extension's socket and the page it shares (native/state.h)."""
        self.policy, self.directory = policy, os.fsencode(os.path.realpath(directory))
        self.program = os.fsencode(os.path.realpath("/proc/self/exe"))
        self.seen: set = set()
        self.names: dict[bytes, bytes] = {}
        self.own = _thread._local()

    def hook(self, event: str, arguments: tuple) -> None:
        """Raise PermissionError for what the policy blocks; nothing for trouble of our own."""
        understand = EVENTS.get(event)
        if understand is None or getattr(self.own, "inside", False):
            return
        self.own.inside = True
        refused = None
        try:
            for act in understand(*arguments):
                refused = refused or self.judge(event, *act)
        except Exception:  # noqa: BLE001, S110 - the entry point of a program nobody sees: it fails open
            pass
        finally:
            self.own.inside = False
        if refused is not None:
            raise PermissionError(errno.EACCES, "the policy of Outrider does not allow it", refused)

    def judge(self, event: str, kind: int, target: bytes, address: tuple | None) -> str | None:
        """Decide and report one act; what it was about if it is refused."""
        name = self.names.get(address[3], b"") if address else b""
        digest = self._sha256(target) if kind == EXEC and self.policy.asks_hashes else b""
        verdict, rule = self.policy.decide(kind, self.program, target, address, name, digest)
        if kind in (WRITE, READ) and target.startswith(self.directory + b"/"):
            verdict, rule = (ALERT if self.policy.alerts_only else BLOCK), 0
        if kind == RESOLVE and verdict != BLOCK and self.policy.asks_names:
            self._remember(target)
        text = target.decode("utf-8", "replace") or _socket.inet_ntop(
            _socket.AF_INET if len(address[3]) == 4 else _socket.AF_INET6, address[3]
        )
        key = (kind, target, address, rule)
        if verdict != ALLOW or (key not in self.seen and self.policy.report_allowed and self._learning()):
            self.seen = set() if len(self.seen) >= SEEN_MAX else self.seen
            self.seen.add(key)
            self._report(event, kind, verdict, rule, text, address, name)
        return text if verdict == BLOCK else None

    def _sha256(self, path: bytes) -> bytes:
        try:
            with open(path, "rb") as file:
                return hashlib.sha256(file.read()).hexdigest().encode()
        except OSError:
            return b""

    def _remember(self, name: bytes) -> None:
        """Which addresses a name has: the interpreter does not tell what its own lookup answered."""
        if len(self.names) > SEEN_MAX:
            self.names = {}
        for peer in _socket.getaddrinfo(name.decode(), None):
            self.names[_socket.inet_pton(peer[0], peer[4][0].split("%")[0])] = name

    def _learning(self) -> bool:
        try:
            with open(self.directory + b"/state", "rb") as file:
                page = file.read(64)
        except OSError:
            return False
        magic, (learning,) = (
            int.from_bytes(page[:8], "little"),
            struct.unpack_from("<I", page, STATE_LEARNING),
        )
        return magic == STATE_MAGIC and learning == 1

    def _report(self, event: str, kind: int, verdict: int, rule: int, target: str, address: tuple | None,
                name: bytes) -> None:  # fmt: skip
        """One datagram to the extension; without one, what was blocked is one line on standard error."""
        answer = errno.EACCES if verdict == BLOCK else 0
        if address and address[0] != UNIX:
            target = f"[{target}]:{address[2]}" if address[0] == INET6 else f"{target}:{address[2]}"
        fields = [(1, bytes([kind])), (2, bytes([verdict])), (11, rule.to_bytes(4, "little"))]
        fields += [(3, os.getpid().to_bytes(4, "little")), (4, os.getppid().to_bytes(4, "little"))]
        fields += [(5, os.geteuid().to_bytes(4, "little")), (6, os.getegid().to_bytes(4, "little"))]
        fields += [(7, self.program[:1024]), (9, target.encode()[:1024]), (12, event.encode()[:64])]
        fields += [(13, answer.to_bytes(4, "little")), (27, _code().encode()[:320]), (28, name[:256])]
        if address:
            fields.append((10, struct.pack("<BBH", *address[:3]) + address[3]))
        body = b"".join(struct.pack("<HH", tag, len(value)) + value for tag, value in fields if value)
        frame = struct.pack("<IHHQQQQ", 36 + len(body), 1, 2, 0, time.time_ns(), 0, 0) + body
        sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
        try:
            sock.sendto(frame, _socket.MSG_DONTWAIT, self.directory + b"/events")
        except OSError:
            if verdict == BLOCK:
                said = {
                    "outrider": "blocked",
                    "kind": KINDS[kind],
                    "target": target,
                    "rule": rule,
                    "code": _code(),
                }
                os.write(2, json.dumps(said).encode() + b"\n")
        finally:
            sock.close()


def install(blob: bytes, directory: str) -> None:
    """From here on every event that is an act is decided. Raises ValueError on a blob that is none."""
    sys.addaudithook(Guard(Policy(blob), directory).hook)
