"""The agent as a process, under a supervisor that keeps to wire.h: load, kill -9, SIGTERM, policies."""

import os
import subprocess
import sys
import time
from pathlib import Path

from fake_supervisor import FakeSupervisor, exec_event
from sidecar_process import ROOT, AgentProcess, names, wait_until
from written_policy import written

from outrider.model.event import Verdict
from sidecar.policy import PolicyDirectory


def frames(lines, instance):
    return [line["seq"] for line in lines if line["seq"] and line.get("instance") == instance]


def test_killed_in_the_middle_of_a_stream_nothing_is_lost_twice_or_silently(agent: AgentProcess) -> None:
    total = 20_000
    agent.start()
    with FakeSupervisor(agent.settings.socket) as supervisor:
        for number in range(total):
            supervisor.emit(exec_event(number))
            if number == total // 4:
                wait_until(lambda: len(agent.recorded()) > 500)
                agent.kill()
                newest = max(agent.settings.record("web").glob("*.flight"))
                with newest.open("ab") as record:
                    record.write(b"\x7f\x01\x00\x00" + b"x" * 48)
            if number == total // 2:
                agent.start()
            if number % 200 == 0:
                time.sleep(0.002)
        assert supervisor.wait_acked()
        supervisor.emit(exec_event(total))
        assert supervisor.wait_acked()
        lines = agent.recorded()
        seqs = frames(lines, supervisor.instance)
        assert supervisor.faults == []
        assert supervisor.connects == 2
        assert supervisor.dropped > 0, "the ring must have been full while the agent was away"
        assert len(seqs) == len(set(seqs))
        assert seqs == sorted(seqs)
        assert len(seqs) + supervisor.dropped == supervisor.seq == seqs[-1]
        tally = agent.health()[0]["containers"]["web"]["instances"][supervisor.instance]
    assert tally["received"] == len(seqs)
    assert tally["missing"] == tally["dropped"] == supervisor.dropped
    assert tally["unaccounted"] == 0
    said = [line["message"] for line in lines if line["type"] == "trouble"]
    assert any("repaired: 52 bytes of a torn last frame" in message for message in said)
    assert any("started again" in message for message in said)


def test_on_sigterm_it_takes_what_has_arrived_closes_the_books_and_goes(agent: AgentProcess) -> None:
    agent.start()
    with FakeSupervisor(agent.settings.socket) as supervisor:
        for number in range(2000):
            supervisor.emit(exec_event(number))
        wait_until(lambda: supervisor.connects)
        assert agent.stop() == 0
        seqs = frames(agent.recorded(), supervisor.instance)
        assert seqs == list(range(1, len(seqs) + 1))
        assert len(seqs) >= supervisor.acked
        last = agent.recorded()[-1]
        assert (last["type"], last["seq"]) == ("counters", 0)
        assert f"agent: received={len(seqs)} dropped=0 missing=0" in last["message"]
        agent.start()
        assert supervisor.wait_acked()
        assert frames(agent.recorded(), supervisor.instance) == list(range(1, 2001))


def test_without_supervisors_sigterm_ends_it_before_its_drain_is_over(
    agent: AgentProcess, environment: dict[str, str], place: Path
) -> None:
    patient = AgentProcess({**environment, "OUTRIDER_DRAIN_SECONDS": "110"}, place / "patient")
    try:
        patient.start()
        assert patient.stop() == 0
    finally:
        patient.close()


def test_the_log_has_deviations_and_the_record_all(agent: AgentProcess) -> None:
    agent.start()
    with FakeSupervisor(agent.settings.socket) as supervisor:
        for number in range(50):
            supervisor.emit(exec_event(number, Verdict.BLOCK if number % 10 == 0 else Verdict.ALLOW))
        assert supervisor.wait_acked()
    agent.stop()
    assert [line["target"] for line in agent.logged() if line["type"] == "event"] == [
        f"/opt/programs/number-{number}" for number in range(0, 50, 10)
    ]
    assert len(frames(agent.recorded(), supervisor.instance)) == 50
    hellos = [line for line in agent.recorded() if line["type"] == "hello"]
    assert [line["instance"] for line in hellos] == [supervisor.instance]


def test_two_containers_have_two_records(agent: AgentProcess) -> None:
    agent.start()
    path = agent.settings.socket
    with FakeSupervisor(path, "web") as web, FakeSupervisor(path, "worker") as worker:
        for number in range(1000):
            web.emit(exec_event(number))
            worker.emit(exec_event(number))
        assert web.wait_acked()
        assert worker.wait_acked()
    for name, supervisor in (("web", web), ("worker", worker)):
        lines = agent.recorded(name)
        assert {line["container"] for line in lines} == {name}
        assert frames(lines, supervisor.instance) == list(range(1, 1001))


def test_a_record_is_turned_over_and_the_account_still_holds_after_a_restart(
    agent: AgentProcess, environment: dict[str, str], place: Path
) -> None:
    small = AgentProcess({**environment, "OUTRIDER_RECORD_BYTES": "65536"}, place / "small")
    try:
        small.start()
        with FakeSupervisor(small.settings.socket) as supervisor:
            record, sent = small.settings.record("web"), 0
            while sent == 0 or "00000001.flight" in names(
                record
            ):  # how small it gets depends on what came at once
                for number in range(1000):
                    supervisor.emit(exec_event(number))
                assert supervisor.wait_acked()
                sent += 1000
            small.kill()
            small.start()
            supervisor.emit(exec_event(1000))
            assert supervisor.wait_acked()
            tally = small.health()[0]["containers"]["web"]["instances"][supervisor.instance]
            assert (tally["received"], tally["missing"], tally["last_seq"]) == (sent + 1, 0, sent + 1)
            assert supervisor.connects == 2
        assert len(names(record)) > 2
        assert sum(path.stat().st_size for path in record.iterdir()) <= 65_536
    finally:
        small.close()


def test_a_new_policy_file_is_placed_and_a_bad_one_refused_with_an_event(
    agent: AgentProcess, environment: dict[str, str], place: Path
) -> None:
    process = AgentProcess({**environment, "OUTRIDER_POLICY": f"file:{place}/policy.yaml"}, place / "log")
    directory = PolicyDirectory(process.settings)

    def counter() -> int:
        policy = directory.current("web")
        return policy.counter if policy else -1

    (place / "policy.yaml").write_text(written(1))
    try:
        process.start()
        wait_until(lambda: counter() == 1)
        (place / "policy.yaml").write_text(written(2))
        wait_until(lambda: counter() == 2)
        (place / "policy.yaml").write_text(written(1))

        def told() -> list[str]:
            return [
                e["message"] for e in process.recorded() if e["type"] == "policy" and e["verdict"] == "block"
            ]

        wait_until(told)
        assert "the old one stays: its counter is 1, container web has 2 already" in told()[0]
        assert counter() == 2
        taken = [
            e["policy_counter"] for e in process.logged() if e["type"] == "policy" and e["verdict"] == "allow"
        ]
        assert taken == [1, 1, 2, 2]
        assert process.health()[0]["policy"]["problems"]
    finally:
        process.close()


def test_an_unknown_setting_is_told_of(agent: AgentProcess, environment: dict[str, str], place: Path) -> None:
    process = AgentProcess({**environment, "OUTRIDER_MOOD": "good"}, place / "log")
    try:
        process.start()
        wait_until(lambda: any("OUTRIDER_MOOD is no setting" in line["message"] for line in process.logged()))
    finally:
        process.close()


def test_without_its_volumes_it_does_not_start(environment: dict[str, str], place: Path) -> None:
    (place / "state").write_text("a file where the volume should be")
    done = subprocess.run(
        [sys.executable, "-m", "sidecar", "agent"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert "the agent cannot start" in done.stderr
    assert "Traceback" not in done.stderr
