"""The health check says well only when it is."""

import signal
from copy import deepcopy
from pathlib import Path

import pytest
from fake_supervisor import FakeSupervisor, exec_event
from sidecar_process import AgentProcess, wait_until
from written_policy import written

from outrider.runtime.flight.verify import look
from sidecar import health
from sidecar.health import ask

WELL = {
    "on_failure": "availability",
    "poll_seconds": 15,
    "intake": {"problem": "", "connected": ["web"], "refused": 0},
    "containers": {"web": {"problem": "", "waiting_seconds": 0.0, "instances": {}}},
    "policy": {"source": "s3://b/k", "without_policy": [], "problems": [], "seconds_since_poll": 3.0},
    "log_lines_left_out": 0,
}


def changed(*path: str, value: object) -> dict:
    status = deepcopy(WELL)
    inner = status
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return status


def test_what_is_well_is_healthy() -> None:
    assert health.judge(WELL) == []


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (changed("intake", "problem", value="the intake has stopped"), "the intake has stopped"),
        (changed("containers", "web", "problem", value="no space left"), "record of web: no space left"),
        (changed("containers", "web", "waiting_seconds", value=11.0), "waiting 11.0 s"),
        (changed("policy", "seconds_since_poll", value=106.0), "106.0 s ago"),
    ],
)
def test_each_fault_has_its_reason(status: dict, reason: str) -> None:
    assert reason in health.judge(status)[0]


def test_a_missing_policy_is_a_fault_in_security_mode_only() -> None:
    status = changed("policy", "without_policy", value=["web"])
    assert health.judge(status) == []
    assert health.judge({**status, "on_failure": "security"}) == ["no policy from s3://b/k for web"]


def test_nonsense_for_an_answer_is_not_healthy(place: Path) -> None:
    assert health.report(place / "nobody")[1] is False


def unhealthy(agent: AgentProcess, reason: str) -> None:
    wait_until(lambda: any(reason in said for said in agent.health()[0]["reasons"]))
    assert agent.health()[1] is False


def test_a_stopped_agent_is_unhealthy_and_well_again_when_it_goes_on(
    agent: AgentProcess, monkeypatch
) -> None:
    agent.start()
    wait_until(lambda: agent.health()[1])
    agent.send(signal.SIGSTOP)
    with monkeypatch.context() as patched:
        patched.setattr(health, "ask", lambda path: ask(path, 0.3))
        status, well = agent.health()
    assert not well
    assert "does not answer: timed out" in status["reasons"][0]
    agent.send(signal.SIGCONT)
    wait_until(lambda: agent.health()[1])


def test_a_killed_agent_is_unhealthy(agent: AgentProcess) -> None:
    agent.start()
    agent.kill()
    unhealthy(agent, "does not answer")


def test_without_its_socket_the_intake_is_unhealthy(agent: AgentProcess) -> None:
    agent.start()
    agent.settings.socket.unlink()
    unhealthy(agent, "agent.sock: No such file")


def test_without_its_record_the_agent_is_unhealthy(agent: AgentProcess) -> None:
    agent.start()
    record = agent.settings.record("web")
    record.rename(record.with_name("elsewhere"))
    unhealthy(agent, "record of web")


def test_a_record_that_takes_no_more_is_unhealthy(agent: AgentProcess) -> None:
    """A file size limit stands in for a full disk: writes fail with the agent as it is."""
    agent.limit_file_size = 4096
    agent.start()
    wait_until(lambda: agent.health()[1])
    with FakeSupervisor(agent.settings.socket) as supervisor:
        for number in range(2000):
            supervisor.emit(exec_event(number))
        unhealthy(agent, "File too large")
        newest = max(agent.settings.record("web").glob("*.flight"), default=None)
        assert newest is None or look(newest.name, newest.open("rb")).torn == 0
        agent.kill()
        supervisor.abandon()


def test_security_mode_is_unhealthy_until_the_policy_is_there(
    agent: AgentProcess, environment: dict[str, str], place: Path
) -> None:
    source = {"OUTRIDER_POLICY": f"file:{place}/p.yaml", "OUTRIDER_ON_FAILURE": "security"}
    secured = AgentProcess({**environment, **source}, place / "secured")
    try:
        secured.start()
        unhealthy(secured, "no policy from file:")
        (place / "p.yaml").write_text(written(1))
        wait_until(lambda: secured.health()[1])
        (place / "p.yaml").write_text("no longer valid")
        wait_until(lambda: secured.health()[0]["policy"]["problems"])
        assert secured.health()[1], "the last good one is in force"
    finally:
        secured.close()
