"""Learned by name, enforced by name: the real supervisor and agent, a name server, a program that asks it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from names_network import Inside, Network, Talker, network
from supervised import until

from outrider.model.event import Event, Kind, Mode, Verdict
from outrider.policy.document import PolicyDocument
from outrider.policy.from_model import from_models
from outrider.policy.lowering import compile_policy
from outrider.runtime.jsonl import from_line
from outrider.runtime.learn import learn
from sidecar.health import report

ROOT = Path(__file__).parents[2]
WATCHED = {"mode": "alert", "report_allowed": True, "defaults": dict.fromkeys(Kind, "allow")}
LEARNING = {"version": 1, "workload": "test", "counter": 1, "containers": {"app": WATCHED}}


class Task(Inside):
    """A supervised program with an agent beside it, both in one network, as in a task."""

    def __init__(self, binary: Path, where: Path, net: Network) -> None:
        super().__init__(binary, where / "volume", net)
        self.state = where / "state"
        self.log = where / "log"
        self._agent: subprocess.Popen[bytes] | None = None

    def start_agent(self, *, without: str = "") -> None:
        """`python -m sidecar agent`, perhaps without a capability."""
        environment = {
            "OUTRIDER_CONTAINERS": "app",
            "OUTRIDER_DIR": str(self.volume),
            "OUTRIDER_STATE_DIR": str(self.state),
            "OUTRIDER_POLICY": f"file:{self.state}/no-policy-here",
            "OUTRIDER_DRAIN_SECONDS": "1",
            "OUTRIDER_LOG": "all",
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "sidecar", "agent"]
        if without:
            command = ["setpriv", f"--bounding-set=-{without}", *command]
        with self.log.open("ab") as stream:
            self._agent = subprocess.Popen(
                self.network.command(*command),
                cwd=ROOT,
                env=os.environ | environment,
                stdout=stream,
                stderr=stream,
            )

    def agent_is_up(self) -> None:
        until(lambda: report(self.state / "health.sock")[0].get("names"), "the agent answers")

    def names(self) -> dict[str, object]:
        """What the agent says of names."""
        found = report(self.state / "health.sock")[0]["names"]
        assert isinstance(found, dict)
        return found

    def events(self) -> list[Event]:
        """What the agent has told so far."""
        lines = self.log.read_bytes().splitlines(keepends=True)
        return [from_line(line) for line in lines if line.startswith(b"{") and line.endswith(b"}\n")]

    def wait_for(self, kind: Kind, count: int) -> list[Event]:
        def enough() -> list[Event]:
            found = [e for e in self.events() if e.kind is kind]
            return found if len(found) >= count else []

        found = until(enough, f"{count} events of kind {kind}")
        assert isinstance(found, list)
        return found

    def connects_to(self, port: int) -> list[str]:
        """Under which names connects to a port were told so far."""
        found = [e for e in self.events() if e.kind is Kind.CONNECT]
        return [e.name for e in found if e.address and e.address.port == port]

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._agent:
            self._agent.terminate()
            assert self._agent.wait(20) == 0, self.log.read_text()


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    with network(tmp_path_factory.mktemp("net")) as made:
        yield made


@pytest.fixture
def task(binary: Path, tmp_path: Path, net: Network) -> Iterator[Task]:
    started = Task(binary, tmp_path, net)
    started.set_policy(compile_policy(PolicyDocument.model_validate(LEARNING), "app"))
    yield started
    started.close()


def learned(task: Task, counter: int) -> bytes:
    """What the record teaches, as a policy that blocks."""
    models = learn(task.events(), workload="test").models
    proposal = from_models(models, mode=Mode.BLOCK, counter=counter)
    # libc connects datagram sockets too, to sort the addresses of a name
    names = {r.name for r in proposal.document.containers["app"].rules if r.kind == "connect"} - {None}
    assert names == {"api.shop.test", "www.shop.test"}, proposal.document.model_dump_json()
    return compile_policy(proposal.document, "app")


def test_what_was_learned_by_name_holds_when_the_addresses_change(task: Task, net: Network) -> None:
    net.serves(
        api_shop_test=["10.9.0.1", "10.9.0.2"],
        www_shop_test={"alias": "edge.cdn.test"},
        **{"edge.cdn.test": {"tcp": ["10.9.0.3"]}},
    )
    talker = Talker(task)  # the agent is not there yet: the first query waits for it
    task.start_agent()
    peers = ("api.shop.test:8443", "www.shop.test:8443")
    assert talker.to(*peers) == ["in", "in"]
    until(lambda: len(set(task.connects_to(8443))) == 2, "both connects are told")
    assert set(task.connects_to(8443)) == {"api.shop.test", "www.shop.test"}
    lookups = task.wait_for(Kind.RESOLVE, 2)
    assert {(e.target, e.address.host, e.verdict) for e in lookups if e.address} == {
        ("api.shop.test", "127.0.0.1", Verdict.ALLOW),
        ("www.shop.test", "127.0.0.1", Verdict.ALLOW),
    }
    assert all(e.message.startswith("type=A") for e in lookups)

    task.set_policy(learned(task, 2))
    until(lambda: any(e.policy_counter == 2 for e in task.events()), "the policy is taken")
    net.serves(
        api_shop_test=["10.9.0.4", "10.9.0.5"],
        www_shop_test=["10.9.0.6"],
        other_test=["10.9.0.7", "10.9.0.4"],
    )
    # other addresses, known from the next answer on; a name nobody learned; an address without a name
    assert talker.to(*peers, "other.test:8443", "10.9.0.8:8443") == [
        "in", "in", "in", "PermissionError",
    ]  # fmt: skip
    assert talker.to("10.9.0.7:8443", "10.9.0.1:8443") == ["PermissionError", "in"]
    talker.close()
    stopped = {(e.address.host, e.name) for e in task.events() if e.verdict is Verdict.BLOCK and e.address}
    assert stopped == {("10.9.0.7", "other.test"), ("10.9.0.8", "")}
    assert json.loads(json.dumps(task.names()))["problem"] == ""


def test_without_net_raw_it_is_said_and_nothing_is_granted(task: Task, net: Network) -> None:
    net.serves(api_shop_test=["10.9.0.1"])
    task.start_agent(without="net_raw")
    task.agent_is_up()
    assert "NET_RAW" in str(task.names()["problem"])
    talker = Talker(task)
    assert talker.to("api.shop.test:8443") == ["in"]
    talker.close()
    until(lambda: "DNS answers are not read" in task.log.read_text(), "it is said")
    assert task.log.read_text().count("DNS answers are not read") == 1
    assert until(lambda: task.connects_to(8443), "the connect is told") == [""]


def test_what_was_granted_outlives_the_agent(task: Task, net: Network) -> None:
    net.serves(api_shop_test=["10.9.0.1"])
    task.start_agent()
    task.agent_is_up()
    talker = Talker(task)
    assert talker.to("api.shop.test:8443") == ["in"]
    task.wait_for(Kind.CONNECT, 2)
    rules = [
        {"kind": "connect", "action": "allow", "name": "api.shop.test", "why": "test"},
        {"kind": "connect", "action": "allow", "address": "127.0.0.1/32", "why": "test"},
    ]
    app = {"mode": "block", "defaults": dict.fromkeys(Kind, "allow") | {"connect": "block"}, "rules": rules}
    document = LEARNING | {"counter": 3, "containers": {"app": app}}
    task.set_policy(compile_policy(PolicyDocument.model_validate(document), "app"))
    until(lambda: any(e.policy_counter == 3 for e in task.events()), "the policy is taken")
    assert task._agent
    task._agent.kill()
    task._agent.wait()
    assert talker.to("10.9.0.1:8443", "10.9.0.2:8443") == ["in", "PermissionError"]
    task.start_agent()
    task.agent_is_up()
    assert int(str(task.names()["granted"])) >= 1
    assert talker.to("10.9.0.1:8443") == ["in"]
    talker.close()
