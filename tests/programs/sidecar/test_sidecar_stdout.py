"""The log: deviations, or all; and a reader that does not read holds up nobody."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fake_supervisor import exec_event, hello
from sidecar_process import wait_until

from outrider.model.event import Event, FrameType, Verdict
from sidecar import notices
from sidecar.stdout import MAX_REMEMBERED, Stdout

ONE = "1" * 32


def event(seq: int, verdict: Verdict = Verdict.ALLOW) -> Event:
    return replace(exec_event(seq, verdict), seq=seq, instance=ONE)


def repeat(of: int) -> Event:
    return Event(type=FrameType.REPEAT, seq=99, time_ns=0, instance=ONE, ref_seq=of, count=3)


def account(dropped: int) -> Event:
    return Event(type=FrameType.COUNTERS, seq=0, time_ns=0, instance=ONE, dropped=dropped)


def test_deviations_are_what_was_not_allowed_and_what_concerns_us() -> None:
    out = Stdout("deviations")
    wanted = [
        event(1, Verdict.ALERT),
        event(2, Verdict.BLOCK),
        repeat(of=2),
        notices.trouble("web", "x"),
        notices.policy("web", Verdict.ALLOW, "x"),
        Event(type=FrameType.START, seq=1, time_ns=0),
        account(dropped=1),
    ]
    unwanted = [event(3), repeat(of=3), hello("web", ONE), account(dropped=0)]
    assert [e for e in wanted if not out.wants(e)] == []
    assert [e for e in unwanted if out.wants(e)] == []
    assert all(Stdout("all").wants(e) for e in wanted + unwanted)


def test_what_is_remembered_for_repeats_is_bounded() -> None:
    out = Stdout("deviations")
    for seq in range(1, MAX_REMEMBERED + 10):
        out.wants(event(seq, Verdict.BLOCK))
    assert not out.wants(repeat(of=1))
    assert out.wants(repeat(of=MAX_REMEMBERED))


def test_lines_come_in_order_and_all_are_written_at_the_end(place: Path) -> None:
    with (place / "log").open("w") as stream:
        out = Stdout("all", stream.fileno())
        out.start()
        for seq in range(1, 200):
            out.offer(event(seq))
        out.close(5)
    lines = (place / "log").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, 200))


@pytest.mark.parametrize("blocking", [True, False])
def test_a_reader_that_stops_costs_lines_and_no_time_and_is_told_how_many(blocking: bool) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, blocking)
    out = Stdout("all", writing, max_lines=100)
    out.start()
    for seq in range(1, 3001):
        out.offer(event(seq))
    assert out.left_out > 1000
    events = told = 0
    with os.fdopen(reading) as stream:
        while events + told < 3000:
            line = json.loads(stream.readline())
            left_out = re.search(r"agent: (\d+) lines were left out", line.get("message", ""))
            told += int(left_out[1]) if left_out else 0
            events += not left_out
        assert (events + told, told) == (3000, out.left_out)
        out.offer(event(3001))
        assert json.loads(stream.readline())["seq"] == 3001
        out.close(5)
        os.close(writing)


def test_a_reader_that_is_gone_ends_the_log_not_the_agent() -> None:
    reading, writing = os.pipe()
    out = Stdout("all", writing)
    out.start()
    os.close(reading)
    out.offer(event(1))
    wait_until(lambda: out.left_out)
    before = out.left_out
    out.offer(event(2))
    assert out.left_out == before + 1
    out.close(1)
    os.close(writing)


def test_closing_does_not_wait_for_a_reader_that_stopped() -> None:
    reading, writing = os.pipe()
    out = Stdout("all", writing)
    out.start()
    for seq in range(1, 2000):
        out.offer(event(seq))
    out.close(0.05)
    os.close(reading)  # lets the thread end
    wait_until(lambda: out.left_out)
    os.close(writing)
