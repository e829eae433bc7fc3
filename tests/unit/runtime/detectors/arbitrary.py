"""Events of any kind, made of words that detectors look for: what a hostile container might make."""

import random
from collections.abc import Iterator

from hypothesis import strategies as st

from outrider.model.event import TRAITS, Address, Ancestor, Event, FrameType, Kind, Verdict

PROGRAMS = (
    "", "/", "/usr/bin/dash", "/bin/bash", "/usr/bin/busybox", "/usr/sbin/nginx", "/usr/bin/python3.11",
    "/usr/bin/curl", "/usr/bin/nc.openbsd", "/usr/bin/base64", "/usr/bin/cat", "/usr/bin/find", "/tmp/a/b",
    "/dev/shm/x", "/memfd:a (deleted)", "/tmp/gone (deleted)", "/lib64/ld-linux-x86-64.so.2", "/usr/bin/sudo",
    "/usr/bin/apt-get", "/usr/local/bin/aws", "/outrider/bin/outrider-run", "/usr/bin/scp", "/usr/bin/tar",
)  # fmt: skip
TARGETS = (
    *PROGRAMS, "/proc/1/mem", "/proc/self/environ", "/etc/shadow", "/etc/cron.d/x", "/root/.ssh/known",
    "/etc/ld.so.preload", "/var/log/syslog", "/outrider/run/agent.sock", "/usr/bin/new", "/proc/sys/kernel/x",
    "/var/run/docker.sock", "/sys/fs/cgroup/release_agent", "ptrace", "process_vm_writev", "mount", "bpf",
    "init_module", "unshare", "memfd_create", "a.b.c", "x" * 200, "\udcff", "pool.example.org",
)  # fmt: skip
WORDS = (
    "", "-", "-c", "-e", "-i", "--", "-d", "-T", "-r", "-o", "install", "/proc/1/environ", "/root/id_rsa",
    "base64 -d | sh", "import socket", "http://169.254.169.254/", "host:/x", "stratum+tcp://p:3333", "*.pem",
    "x" * 300, "\udcff", "/etc/passwd", "/outrider", "exec:sh", "sh", "nc", "id", "\n", "(", "[", "\\",
)  # fmt: skip
HOSTS = (
    "127.0.0.1",
    "169.254.170.2",
    "10.0.0.7",
    "8.8.8.8",
    "::1",
    "fe80::1",
    "/run/docker.sock",
    "@x",
    "",
    "?",
)
SYSCALLS = (
    "",
    "execve",
    "openat",
    "unlink",
    "rename",
    "chmod",
    "connect",
    "bind",
    "mkdir",
    "truncate",
    "link",
)


def events(seed: int, number: int) -> Iterator[Event]:
    """The same ones for the same seed; times ascend, with leaps, and now and then go back a little."""
    dice = random.Random(seed)  # noqa: S311 -- the same each time is what is wanted
    time = 1_795_482_123_000_000_000
    for seq in range(1, number + 1):
        time += dice.choice((0, 1000, 10**6, 10**9, 90 * 10**9, -(10**8)))
        yield _event(dice, seq, time)


def _event(dice: random.Random, seq: int, time: int) -> Event:
    target = dice.choice(TARGETS)
    if dice.random() < 0.3:
        target += str(dice.randrange(10**6))
    if dice.random() < 0.2:
        target += "/x" * 2000 + str(seq)  # PATH_MAX is 4096
    address = Address(
        dice.choice(("inet", "inet6", "unix")),
        dice.choice(("tcp", "udp", "any")),
        dice.choice(HOSTS) or f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}",
        dice.randrange(65536),
    )
    return Event(
        type=FrameType.REPEAT if dice.random() < 0.2 else FrameType.EVENT,
        seq=seq,
        time_ns=time,
        instance="5a" * 16,
        container="app",
        kind=dice.choice(list(Kind)),
        verdict=dice.choice((*Verdict, None)),
        pid=dice.choice((0, 1, 2, dice.randrange(1 << 32))),
        ppid=dice.choice((0, 1, 2, dice.randrange(1 << 32))),
        uid=dice.choice((0, 33, 1000)),
        program=dice.choice(PROGRAMS),
        cmdline=_words(dice),
        target=target,
        address=dice.choice((None, address)),
        rule=dice.randrange(3),
        syscall=dice.choice(SYSCALLS),
        errno=dice.choice((0, 1, 13, 111)),
        ancestors=tuple(
            Ancestor(dice.choice((1, 2, dice.randrange(1 << 32))), dice.choice(PROGRAMS))
            for _ in range(dice.randrange(9))
        ),
        argv=_words(dice),
        count=dice.choice((0, 1, 5, (1 << 64) - 1)),
        name=dice.choice(("", "pool.minexmr.com", "db.internal", "x" * 300)),
        message=dice.choice(("", "type=TXT rcode=0 answers=2", "type=A rcode=3 answers=0", "signal to us")),
        traits=tuple(sorted({dice.choice(list(TRAITS)) for _ in range(dice.randrange(3))})),
    )


def _words(dice: random.Random) -> tuple[str, ...]:
    return tuple(dice.choice((*PROGRAMS, *WORDS)) for _ in range(dice.randrange(6)))


_TEXT = st.text(max_size=12) | st.sampled_from((*TARGETS, *WORDS))
_NUMBER = st.integers(0, (1 << 32) - 1)
EVENTS = st.builds(
    Event,
    type=st.sampled_from((FrameType.EVENT, FrameType.REPEAT)),
    seq=st.integers(1, (1 << 64) - 1),
    time_ns=st.integers(0, 1 << 62),
    kind=st.none() | st.sampled_from(Kind),
    verdict=st.none() | st.sampled_from(Verdict),
    pid=_NUMBER,
    ppid=_NUMBER,
    uid=_NUMBER,
    program=_TEXT,
    cmdline=st.lists(_TEXT, max_size=4).map(tuple),
    target=_TEXT,
    address=st.none()
    | st.builds(
        Address,
        st.sampled_from(("inet", "inet6", "unix")),
        st.sampled_from(("tcp", "udp", "any")),
        st.sampled_from(HOSTS) | st.text(max_size=9),
        st.integers(0, 65535),
    ),
    rule=_NUMBER,
    syscall=st.sampled_from(SYSCALLS) | st.text(max_size=6),
    errno=st.integers(-(1 << 31), (1 << 31) - 1),
    ancestors=st.lists(st.builds(Ancestor, _NUMBER, _TEXT), max_size=8).map(tuple),
    argv=st.lists(_TEXT, max_size=5).map(tuple),
    count=st.integers(0, (1 << 64) - 1),
    name=_TEXT,
    message=st.text(max_size=20),
    traits=st.lists(st.sampled_from(sorted(TRAITS)) | st.text(max_size=6), max_size=4).map(tuple),
)
"""Anything that a decoder may hand over, and more."""
