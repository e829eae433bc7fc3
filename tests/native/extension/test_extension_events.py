"""Frames of guards become lines, each said once; what is not a frame is counted."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from extension_fixtures import Start
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from policies import act
from running import Running
from strict_platform import Event as Invocation
from strict_platform import StrictPlatform, until

from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Verdict
from outrider.runtime.jsonl import from_line
from outrider.runtime.wire_encode import encode_frame

FULL: dict[str, Any] = {
    "kind": Kind.CONNECT,
    "verdict": Verdict.BLOCK,
    "pid": 12,
    "ppid": 1,
    "uid": 993,
    "gid": 990,
    "program": "/usr/bin/curl",
    "cmdline": ("curl", "-s", "http://x/"),
    "target": "[2001:db8::1]:443",
    "address": Address("inet6", "tcp", "2001:db8::1", 443),
    "rule": 3,
    "syscall": "connect",
    "errno": 1,
    "ancestors": (Ancestor(2, "/var/lang/bin/python3.13"), Ancestor(1, "/init")),
    "name": "evil.example",
    "sha256": "ab" * 32,
    "request_id": "r-9",
    "code": "/nowhere/app.py:12 handler",
}


def told(running: Running) -> list[dict[str, Any]]:
    assert running.shut_down() == 0
    return running.said(type="event")


def test_every_field_arrives_as_the_library_reads_it(running: Running) -> None:
    running.port  # noqa: B018 - the socket is there when the port is
    running.send(act(**FULL))
    line = told(running)[0]
    assert {name: line[name] for name in ("container", "function", "version")} == {
        "container": "function",
        "function": "shop",
        "version": "7",
    }
    read = from_line(json.dumps(line))
    for name, value in FULL.items():
        assert getattr(read, name) == value, name


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (Address("inet", "udp", "1.2.3.4", 53), "1.2.3.4:53"),
        (Address("inet6", "any", "::ffff:1.2.3.4", 1), "x"),
        (Address("unix", "any", "/tmp/s", 0), "/tmp/s"),
    ],
)
def test_addresses(running: Running, address: Address, target: str) -> None:
    running.port  # noqa: B018
    running.send(act(kind=Kind.BIND, address=address, target=target))
    assert from_line(json.dumps(told(running)[0])).address == address


def test_what_is_the_same_is_said_once_and_counted(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    platform.events.put(Invocation())
    client.next()
    for pid in range(7):
        running.send(act(pid=pid))
    running.send(act(target="/bin/ls"))
    until(lambda: len(running.said(type="event")) == 2, "two lines")
    client.respond("r-1")
    platform.events.put(Invocation())
    client.next()
    first = running.said(type="event")[0]
    assert first["request_id"] == "r-1"
    repeat = until(lambda: running.said(type="repeat"), "the repeat at the end of the invocation")[0]
    assert (repeat["ref_seq"], repeat["count"]) == (first["seq"], 6)
    running.shut_down()
    assert len(running.said(type="repeat")) == 1


def test_a_flood_is_limited_and_counted(running: Running) -> None:
    running.port  # noqa: B018
    for number in range(2000):
        running.send(act(target=f"/tmp/{number}"))
    running.shut_down()
    lines = len(running.said(type="event"))
    counters = running.said("outrider.invocations/1")[0]
    assert 200 <= lines < 600
    assert lines + counters["limited"] == counters["received"] == 2000


def test_allowed_acts_are_lines_only_when_all_is_logged(start: Start) -> None:
    for log, lines in (("deviations", 0), ("all", 1)):
        running = start(OUTRIDER_LOG=log)
        running.port  # noqa: B018
        running.send(act(verdict=Verdict.ALLOW))
        assert len(told(running)) == lines


def test_the_runtimes_start_is_told_and_no_others(running: Running) -> None:
    running.port  # noqa: B018
    running.set_runtime(77)
    for pid in (77, 78):
        frame = Event(
            type=FrameType.START, seq=0, time_ns=1, pid=pid, features=("patched:execve", "python-hook")
        )
        running.send(encode_frame(frame))
    running.shut_down()
    starts = running.said(type="start")
    assert [(one["pid"], one["features"]) for one in starts] == [(77, ["patched:execve", "python-hook"])]


SECRETS = {
    ("mysql", "--password", "hunter2"): ["mysql", "--password", "***"],
    ("mysql", "--password=hunter2", "db"): ["mysql", "--password=***", "db"],
    ("curl", "-u", "bob:hunter2"): ["curl", "-u", "***"],
    ("python", "-u", "app.py"): ["python", "-u", "app.py"],
    ("curl", "-H", "Authorization: Bearer eyJhunter2", "x"): ["curl", "-H", "Authorization: ***", "x"],
    ("sh", "-c", "curl 'http://x/?token=hunter2&a=1'"): ["sh", "-c", "curl 'http://x/?token=***&a=1'"],
    ("git", "clone", "https://bob:hunter2@host/r"): ["git", "clone", "https://bob:***@host/r"],
    ("env", "AWS_SECRET_ACCESS_KEY=hunter2/+x"): ["env", "AWS_SECRET_ACCESS_KEY=***"],
    ("aws", "AKIAIOSFODNN7EXAMPLE"): ["aws", "***"],
    ("x", "ASIAIOSFODNN7EXAMPLEx"): ["x", "***x"],
    ("x", "--Client-Secret", "hunter2"): ["x", "--Client-Secret", "***"],
    ("ls", "-la", "/tmp//a:b/@c"): ["ls", "-la", "/tmp//a:b/@c"],
}


def test_no_secret_is_in_a_line(running: Running) -> None:
    running.port  # noqa: B018
    for arguments in SECRETS:
        running.send(act(argv=arguments, cmdline=arguments))
    assert [one["argv"] for one in told(running)] == list(SECRETS.values())
    assert [one["cmdline"] for one in running.said(type="event")] == list(SECRETS.values())
    assert "hunter2" not in "".join(running.lines)


def test_long_arguments_are_cut(running: Running) -> None:
    running.port  # noqa: B018
    running.send(act(argv=("a" * 900, "b")))
    assert told(running)[0]["argv"] == ["a" * 256, "b"]


def test_bytes_that_are_no_text_are_spelled(running: Running) -> None:
    raw = b'/tmp/\xff\xc3\xa4\xed\xa0\x80\xc0\xaf\x1b[2J"\\\xf4\x90\x80\x80\xc2\x9b'
    frame = act(target="T" * len(raw)).replace(b"T" * len(raw), raw)
    running.port  # noqa: B018
    running.send(frame)
    assert told(running)[0]["target"] == raw.decode("utf-8", "backslashreplace")
    assert "\x1b" not in "".join(running.lines)
    assert "\x9b" not in "".join(running.lines)


def test_the_worst_frame_fits_a_line(running: Running) -> None:
    running.port  # noqa: B018
    running.send(act(target="\x01" * 4000, program="\x02" * 3900))
    line = told(running)[0]
    assert len(line["target"]) == 4000
    assert len(max(running.lines, key=len)) < 64 << 10


GOOD = act()
HOSTILE = {
    "empty": b"",
    "one byte": b"\0",
    "cut": GOOD[:-1],
    "longer": GOOD + b"\0",
    "another version": GOOD[:4] + b"\x02\0" + GOOD[6:],
    "no such type": GOOD[:6] + b"\x09\0" + GOOD[8:],
    "a hello": GOOD[:6] + b"\x01\0" + GOOD[8:],
    "a repeat": GOOD[:6] + b"\x03\0" + GOOD[8:],
    "no kind": encode_frame(Event(type=FrameType.EVENT, seq=0, time_ns=1, verdict=Verdict.ALERT)),
    "a kind beyond all": GOOD.replace(struct.pack("<HHB", 1, 1, 0), struct.pack("<HHB", 1, 1, 9)),
    "a field beyond the frame": struct.pack("<I", len(GOOD)) + GOOD[4:] + struct.pack("<HH", 18, 500),
    "a NUL in a path": GOOD.replace(b"/bin/id", b"/bin\0id"),
    "huge": GOOD + b"\0" * 9000,
}


def test_what_is_no_frame_is_counted_and_not_told(running: Running) -> None:
    running.port  # noqa: B018
    for frame in HOSTILE.values():
        running.send(frame)
    assert told(running) == []
    assert running.said("outrider.invocations/1")[0]["unreadable"] == len(HOSTILE)


@pytest.fixture(scope="module")
def lasting(sanitized: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    platform = StrictPlatform()
    started = Running(sanitized, tmp_path_factory.mktemp("fuzz"), platform)
    started.port  # noqa: B018
    yield started
    worker = started.state()["worker_pid"]
    assert started.shut_down() == 0
    assert worker > 0
    assert started.said("outrider.invocations/1")[0]["restarts"] == 0
    assert started.sanitizer_report() == ""
    platform.close()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 300),
    noise=st.binary(max_size=12),
    at=st.integers(0, 300),
    tail=st.binary(max_size=60),
    honest=st.booleans(),
)
def test_no_datagram_harms(
    lasting: Running, cut: int, noise: bytes, at: int, tail: bytes, *, honest: bool
) -> None:
    frame = act(**FULL)
    frame = frame[:at] + noise + frame[at + len(noise) :]
    frame = frame[: len(frame) - cut % len(frame)] + tail
    if honest:  # the length is right, so that what follows is read
        frame = struct.pack("<I", max(0, len(frame) - 4)) + frame[4:]
    lasting.send(frame)
