"""Events are watched beside the intake: bounded, counted; incidents are told when due, and sealed."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_supervisor import FakeSupervisor, exec_event
from sidecar_process import AgentProcess, wait_until
from test_sidecar_telling import TASK, Queue, telling

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import envelope
from outrider.model.envelope import Topic
from outrider.model.event import Event, FrameType, Verdict
from outrider.model.incident import Incident
from outrider.runtime import incident_document
from outrider.runtime.detectors.lists_document import to_json
from outrider.runtime.incidents import GAP_NS
from sidecar import scenes, seals, watching
from sidecar.outlets import LOG_LINE
from sidecar.settings import from_environment
from sidecar.watching import Watching

SHELL = replace(
    exec_event(1),
    target="/usr/bin/dash",
    traits=("stdin:socket",),
    argv=("sh", "-i"),
    cmdline=("app", "--password", "secret"),
    seq=1,
)


@contextmanager
def at_work(**options: Any) -> Iterator[tuple[Watching, list[Incident], list[Event]]]:
    told: list[Incident] = []
    said: list[Event] = []
    made = Watching(told.append, said.append, **{"settle": 0.05, "update": 0.3} | options)
    made.start()
    try:
        yield made, told, said
    finally:
        made.close(5)


def numbered(count: int, verdict: Verdict = Verdict.BLOCK, since: int = 0) -> list[Event]:
    return [
        replace(exec_event(number, verdict), seq=since + number + 1, instance="aa", container="web")
        for number in range(count)
    ]


def states(told: list[Incident]) -> list[str]:
    return [one.state.value for one in told]


def test_an_incident_is_told_soon_then_seldom_then_at_its_end() -> None:
    with at_work() as (made, told, _):
        for event in numbered(3):
            made.offer([event])
        wait_until(lambda: told)
        assert len(told[0].deviations) == 3
        end = time.monotonic() + 1
        while time.monotonic() < end:
            made.offer([replace(numbered(1)[0], seq=int(time.monotonic() * 1000))])
            time.sleep(0.01)
        made.close(5)
    assert states(told)[0] == "opened"
    assert states(told)[-1] == "closed"
    assert 2 <= states(told).count("updated") <= 4
    assert len({one.id for one in told}) == 1


def test_what_ended_before_it_was_told_is_told_from_its_opening() -> None:
    with at_work(settle=60) as (made, told, _):
        made.offer([numbered(1)[0]])
    assert states(told) == ["opened", "closed"]


def test_what_was_quiet_for_a_minute_is_closed_by_the_clock() -> None:
    with at_work() as (made, told, _):
        made.offer([replace(numbered(1)[0], time_ns=time.time_ns() - GAP_NS + 500_000_000)])
        wait_until(lambda: states(told) == ["opened", "closed"])


def test_ordinary_events_tell_nothing() -> None:
    with at_work() as (made, told, said):
        for event in numbered(1000, Verdict.ALLOW):
            made.offer([event])
    assert (told, said, made.left_out) == ([], [], 0)


def test_what_does_not_fit_is_counted_and_said() -> None:
    made = Watching(lambda told: None, (said := []).append, max_events=100)
    for event in numbered(250, Verdict.ALLOW):
        made.offer([event])
    assert made.status()["left_out"] == 150
    made.start()
    wait_until(lambda: said)
    assert "150 events were not watched" in said[0].message
    made.close(5)


def test_a_detector_that_stumbles_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(self: object, event: Event) -> tuple[()]:
        if event.seq == 2:
            raise ValueError("a fault\nof ours")
        return ()

    monkeypatch.setattr(watching.Watch, "take", stumble)
    with at_work() as (made, told, said):
        for event in numbered(3):
            made.offer([event])
        wait_until(lambda: told)
    assert "event 2 could not be watched: ValueError" in said[0].message
    assert [one.event.seq for one in told[-1].deviations] == [1, 3]


def test_telling_that_fails_stops_nothing() -> None:
    def fail(incident: Incident) -> None:
        raise OSError("no")

    made = Watching(fail, (said := []).append, settle=0.01)
    made.start()
    made.offer([numbered(1)[0]])
    wait_until(lambda: said)
    assert "could not be told: OSError" in said[0].message
    assert made.status()["problem"] == ""
    made.close(5)


def test_the_record_around_it_is_sealed_once_at_its_end() -> None:
    sealed: list[tuple[Any, ...]] = []
    with at_work() as (made, told, _):
        made.seal = lambda *asked: sealed.append(asked)
        event = numbered(1)[0]
        made.offer([event])
        wait_until(lambda: told)
        assert sealed == []
    assert sealed == [("web", told[0].id[:12], event.time_ns - GAP_NS, event.time_ns)]


def test_a_seal_that_cannot_be_made_is_said() -> None:
    def refuse(container: str, name: str, from_ns: int, to_ns: int) -> None:
        raise EnvironmentFault("no space")

    with at_work() as (made, _, said):
        made.seal = refuse
        made.offer([numbered(1)[0]])
    assert "is not sealed: no space" in said[0].message


def test_seals_are_made_on_the_loop_of_the_ledgers() -> None:
    class Ledger:
        def __init__(self) -> None:
            self.asked: list[tuple[Any, ...]] = []

        async def seal(self, name: str, from_ns: int, to_ns: int) -> object:
            self.asked.append((name, from_ns, to_ns, threading.current_thread() is threading.main_thread()))
            return None

    async def work(ledger: Ledger) -> None:
        seal = seals.on_loop(asyncio.get_running_loop(), {"web": ledger})
        await asyncio.to_thread(seal, "web", "abc", 1, 2)
        with pytest.raises(EnvironmentFault):
            await asyncio.to_thread(seal, "other", "abc", 1, 2)

    ledger = Ledger()
    asyncio.run(work(ledger))
    assert ledger.asked == [("abc", 1, 2, True)]


def test_an_incident_is_an_envelope_of_its_task_without_arguments() -> None:
    queue = Queue()
    sending, _ = telling(queue)
    with at_work() as (made, told, _):
        made.offer([replace(SHELL, instance="aa", container="web")])
    sending.start()
    for incident in told:
        sending.offer(incident)
    wait_until(lambda: len(queue.taken) == 2)
    sending.close(1)
    opened, closed = map(envelope.load, queue.taken)
    assert opened.topic is closed.topic is Topic.INCIDENT
    assert opened.id != closed.id
    assert opened.detail["id"] == closed.detail["id"] == told[0].id
    assert (opened.subject.id, opened.subject.container) == (TASK, "web")
    assert incident_document.read(dict(opened.detail)) == opened.detail
    assert "secret" not in queue.taken[0]


def test_the_agent_tells_an_incident_and_whether_it_watches(agent: AgentProcess) -> None:
    agent.start()
    with FakeSupervisor(agent.settings.socket) as supervisor:
        for number in range(500):
            supervisor.emit(exec_event(number))
        supervisor.emit(replace(SHELL, seq=0, time_ns=time.time_ns()))
        assert supervisor.wait_acked()
        wait_until(lambda: any(line["type"] == "incident" for line in agent.logged()))
        status = agent.health()[0]["watching"]
    assert status == {"waiting": 0, "left_out": 0, "incidents": 1, "problem": ""}
    assert agent.stop() == 0
    opened, closed = [line for line in agent.logged() if line["type"] == "incident"]
    assert (opened["state"], closed["state"]) == ("opened", "closed")
    assert opened["detections"][0]["detector"] == "reverse-shell"
    assert incident_document.read(closed)["id"] == opened["id"]
    assert len(json.dumps(closed)) < LOG_LINE


def test_watching_can_be_switched_off(environment: dict[str, str], place: Any) -> None:
    environment["OUTRIDER_INCIDENTS"] = "off"
    assert not from_environment(environment).incidents
    off = AgentProcess(environment, place / "log")
    try:
        off.start()
        with FakeSupervisor(off.settings.socket) as supervisor:
            supervisor.emit(exec_event(1, Verdict.BLOCK))
            assert supervisor.wait_acked()
        assert "watching" not in off.health()[0]
        assert off.stop() == 0
        assert not [line for line in off.logged() if line["type"] == "incident"]
    finally:
        off.close()


def test_detectors_know_the_name_servers_and_the_lists(place: Path) -> None:
    (place / "resolv.conf").write_text("nameserver 10.0.0.2\n# nameserver 1.1.1.1\nnameserver fe80::1%e0\n")
    (place / "lists").write_bytes(to_json({"bad-addresses": ["192.0.2.0/24"]}))
    lists = scenes.read_lists(str(place / "lists"))
    found = scenes.scene(lists, place / "resolv.conf")
    assert found.resolvers == ("10.0.0.2", "fe80::1") and found.lists == lists != {}
    assert scenes.scene({}, place / "missing").resolvers == ()
    assert scenes.read_lists("") == {}


def test_lists_that_are_none(place: Path) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        scenes.read_lists(str(place / "missing"))
    (place / "lists").write_text("{}")
    with pytest.raises(InvalidInput, match="lists document"):
        scenes.read_lists(str(place / "lists"))


def test_other_lines_of_the_record_are_passed_over() -> None:
    made = Watching(lambda told: None, lambda event: None)
    made.offer([Event(type=FrameType.COUNTERS, seq=0, time_ns=1)])
    made.offer([Event(type=FrameType.TROUBLE, seq=0, time_ns=1)])
    assert made.status()["waiting"] == 0
