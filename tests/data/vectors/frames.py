"""Frames by hand: events and their bytes, and bytes that are no frames."""

import struct
from dataclasses import replace

from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Mode, Verdict
from vectors.documents import HASH

INSTANCE = "000102030405060708090a0b0c0d0e0f"
POLICY = {"policy_id": "ff" * 16, "policy_counter": 3, "mode": Mode.BLOCK}
WHO = {"instance": INSTANCE, "container": "web", "engine": "notify", "kernel": "6.18.44 x86_64"}
TIME = 1_795_482_123_123_456_789

EXEC = Event(
    type=FrameType.EVENT,
    seq=12,
    time_ns=TIME,
    kind=Kind.EXEC,
    verdict=Verdict.BLOCK,
    pid=17,
    ppid=1,
    uid=33,
    gid=33,
    program="/usr/bin/python3.11",
    cmdline=("python3", "app.py", ""),
    target="/bin/sh",
    syscall="execve",
    errno=1,
    ancestors=(Ancestor(1, "/usr/sbin/nginx"),),
    argv=("sh", "-c", "id; uname -a"),
)
CONNECT = replace(
    EXEC,
    seq=13,
    kind=Kind.CONNECT,
    verdict=Verdict.ALERT,
    rule=7,
    target="",
    argv=(),
    syscall="connect",
    errno=0,
    address=Address("inet", "tcp", "169.254.170.2", 80),
)

EVENTS: dict[str, Event] = {
    "hello": Event(
        type=FrameType.HELLO,
        seq=0,
        time_ns=TIME,
        pid=1,
        features=("addfd_send", "pidfd_getfd"),
        **WHO,
        **POLICY,
    ),
    "start": Event(
        type=FrameType.START,
        seq=1,
        time_ns=TIME,
        pid=1,
        argv=("/usr/sbin/nginx", "-g", "daemon off;"),
        **WHO,
        **POLICY,
    ),
    "start-degraded": Event(
        type=FrameType.START,
        seq=1,
        time_ns=0,
        argv=("/app",),
        message="no listener: EPERM",
        **WHO | {"engine": "none"},
    ),
    "exec": EXEC,
    "exec-allowed": replace(EXEC, verdict=Verdict.ALLOW, errno=0, rule=65535),
    "connect-inet": CONNECT,
    "connect-inet6": replace(CONNECT, address=Address("inet6", "udp", "2001:db8::1", 443)),
    "connect-mapped": replace(CONNECT, address=Address("inet6", "any", "::ffff:10.0.0.1", 1)),
    "connect-unix": replace(CONNECT, target="/run/app.sock", address=None),
    "connect-unix-address": replace(
        CONNECT, target="@abstract", address=Address("unix", "any", "@abstract", 0)
    ),
    "bind": replace(
        CONNECT, kind=Kind.BIND, verdict=Verdict.ALLOW, address=Address("inet6", "tcp", "::", 65535)
    ),
    "write": replace(EXEC, kind=Kind.WRITE, target="/srv/www/ünïcode\n", argv=(), syscall="openat", errno=13),
    "not-utf-8": replace(EXEC, kind=Kind.WRITE, target="/tmp/\\xff\\xfe", argv=("a\\x80",)),
    "syscall": replace(EXEC, kind=Kind.SYSCALL, target="memfd_create", syscall="memfd_create", argv=()),
    "deep": replace(EXEC, ancestors=tuple(Ancestor(pid, f"/bin/p{pid}") for pid in range(8, 0, -1))),
    "ancestor-unknown": replace(EXEC, ancestors=(Ancestor(9, ""),)),
    "code": replace(
        CONNECT,
        code="/var/task/app.py:12 handler",
        distribution="requests 2.32.3",
        name="api.example.com",
        request_id="8476a536-e9f4-11e8-9739-2dfe598c3fcd",
    ),
    "hash": replace(EXEC, sha256=HASH),
    "resolve": replace(EXEC, kind=Kind.RESOLVE, target="api.example.com", argv=(), syscall="getaddrinfo"),
    "read": replace(EXEC, kind=Kind.READ, target="/proc/1/environ", argv=(), syscall="openat"),
    "load": replace(EXEC, kind=Kind.LOAD, target="pickle:os.system", argv=(), syscall="pickle.find_class"),
    "invoke": replace(EXEC, kind=Kind.INVOKE, program="Records", target="aws:sqs", argv=(), syscall=""),
    "repeat": Event(type=FrameType.REPEAT, seq=14, time_ns=TIME, ref_seq=12, count=41, dropped=2),
    "policy-taken": Event(
        type=FrameType.POLICY, seq=15, time_ns=TIME, verdict=Verdict.ALLOW, **WHO, **POLICY
    ),
    "policy-refused": Event(
        type=FrameType.POLICY,
        seq=16,
        time_ns=TIME,
        verdict=Verdict.BLOCK,
        message="an older counter",
        **WHO,
        **POLICY,
    ),
    "counters": Event(type=FrameType.COUNTERS, seq=17, time_ns=TIME, message="exec=12 connect=4 dropped=0"),
    "trouble": Event(type=FrameType.TROUBLE, seq=(1 << 64) - 1, time_ns=TIME, message="twin took over"),
    "largest": Event(
        type=FrameType.EVENT,
        seq=(1 << 64) - 1,
        time_ns=TIME,
        dropped=(1 << 64) - 1,
        kind=Kind.SYSCALL,
        verdict=Verdict.ALLOW,
        pid=(1 << 32) - 1,
        errno=-1,
        count=(1 << 64) - 1,
        message="m" * 8000,
    ),
}
"""Name → an event; its frame is what the encoder makes of it."""


def frame(
    fields: bytes, *, type: int = 2, version: int = 1, seq: int = 1, length: int | None = None
) -> bytes:
    """A frame with these fields; `length` may lie."""
    rest = struct.pack("<HHQQQQ", version, type, seq, 0, 0, 0) + fields
    return struct.pack("<I", len(rest) if length is None else length) + rest


def field(tag: int, value: bytes, size: int | None = None) -> bytes:
    """A field; `size` may lie."""
    return struct.pack("<HH", tag, len(value) if size is None else size) + value


ACT = field(1, b"\0") + field(2, b"\2")
"""Kind exec, verdict block: the least an event needs."""

_LEAST = Event(type=FrameType.EVENT, seq=1, time_ns=0, kind=Kind.EXEC, verdict=Verdict.BLOCK)

ODD: dict[str, tuple[bytes, list[Event]]] = {
    "least": (frame(ACT), [_LEAST]),
    "unknown-tag": (frame(ACT + field(999, b"from the future")), [_LEAST]),
    "empty-unknown-tag": (frame(field(0, b"") + ACT), [_LEAST]),
    "tag-twice": (frame(ACT + field(3, b"\1\0\0\0") + field(3, b"\2\0\0\0")), [replace(_LEAST, pid=2)]),
    "unknown-type": (frame(ACT, type=99), []),
    "two-frames": (frame(ACT) + frame(ACT, seq=2), [_LEAST, replace(_LEAST, seq=2)]),
    "frame-and-a-half": (frame(ACT) + frame(ACT, seq=2)[:-1], [_LEAST]),
    "no-fields": (frame(b"", type=6), [replace(_LEAST, type=FrameType.COUNTERS, kind=None, verdict=None)]),
    "empty-cmdline": (frame(ACT + field(8, b"")), [_LEAST]),
    "one-empty-argument-more": (frame(ACT + field(15, b"a\0")), [replace(_LEAST, argv=("a", ""))]),
    "unix-without-path": (
        frame(ACT + field(9, b"/run/x") + field(10, b"\1\0\0\0")),
        [replace(_LEAST, target="/run/x", address=Address("unix", "any", "/run/x", 0))],
    ),
}
"""Name → bytes and the events they are, where that is not simply one event."""

BROKEN: dict[str, tuple[str, bytes]] = {
    "length-0": ("a frame without a header", struct.pack("<I", 0)),
    "length-35": ("a frame shorter than its header", frame(b"", length=35)),
    "length-8193": ("a frame over the cap", frame(ACT, length=8193)),
    "length-huge": ("a frame of 4 GiB", frame(ACT, length=0xFFFFFFFF)),
    "version-0": ("wire version 0", frame(ACT, version=0)),
    "version-2": ("a version to come", frame(ACT, version=2)),
    "field-cut": ("ends within the header of a field", frame(ACT + b"\3\0\4")),
    "field-too-long": ("a field longer than the frame", frame(ACT + field(3, b"\1\0\0\0", size=5))),
    "kind-9": ("an unknown kind", frame(field(1, b"\x09") + field(2, b"\0"))),
    "kind-empty": ("a kind of no bytes", frame(field(1, b"") + field(2, b"\0"))),
    "verdict-3": ("an unknown verdict", frame(field(1, b"\0") + field(2, b"\3"))),
    "mode-2": ("an unknown mode", frame(ACT + field(21, b"\2"))),
    "no-kind": ("an event without a kind", frame(field(2, b"\0"))),
    "no-verdict": ("an event without a verdict", frame(field(1, b"\0"))),
    "pid-3-bytes": ("a pid of three bytes", frame(ACT + field(3, b"\1\0\0"))),
    "count-4-bytes": ("a count of four bytes", frame(ACT + field(16, b"\1\0\0\0"))),
    "errno-8-bytes": ("an errno of eight bytes", frame(ACT + field(13, bytes(8)))),
    "instance-15-bytes": ("an instance of 15 bytes", frame(ACT + field(25, bytes(15)))),
    "hash-31-bytes": ("a hash of 31 bytes", frame(ACT + field(29, bytes(31)))),
    "hash-33-bytes": ("a hash of 33 bytes", frame(ACT + field(29, bytes(33)))),
    "address-short": ("an address without its bytes", frame(ACT + field(10, b"\4\6\x50"))),
    "address-family-2": ("an unknown family", frame(ACT + field(10, b"\2\6\x50\0\1\2\3\4"))),
    "address-proto-1": ("an unknown protocol", frame(ACT + field(10, b"\4\1\x50\0\1\2\3\4"))),
    "address-inet-5": ("five bytes of IPv4", frame(ACT + field(10, b"\4\6\x50\0\1\2\3\4\5"))),
    "address-inet6-4": ("four bytes of IPv6", frame(ACT + field(10, b"\6\6\x50\0\1\2\3\4"))),
    "ancestor-3-bytes": ("an ancestor without a pid", frame(ACT + field(14, b"\1\0\0"))),
    "ancestors-9": ("nine ancestors", frame(ACT + field(14, b"\1\0\0\0/bin/sh") * 9)),
}
"""Name → what is wrong, and the bytes."""
