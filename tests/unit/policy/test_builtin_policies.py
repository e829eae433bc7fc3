"""The policies that come with the layer: what they stop; alert and block differ in the mode only."""

from pathlib import Path

import pytest

from outrider.model.event import Address, Kind, Mode, Verdict
from outrider.policy.document import ContainerPolicy, parse
from outrider.policy.lowering import lower
from outrider.policy.matching import Act, decide

POLICIES = Path(__file__).parents[3] / "templates" / "policies"
PYTHON = "/var/lang/bin/python3.13"
DOTNET = "/var/lang/bin/dotnet"


def builtin(name: str) -> ContainerPolicy:
    return parse((POLICIES / f"function-{name}.yaml").read_text()).container("function")


def test_there_are_these_three() -> None:
    assert sorted(path.stem for path in POLICIES.glob("*.yaml")) == [
        "function-alert",
        "function-block",
        "function-learn",
    ]


def test_alert_and_block_differ_in_the_mode_only() -> None:
    alert, block = builtin("alert"), builtin("block")
    assert (alert.mode, block.mode) == (Mode.ALERT, Mode.BLOCK)
    assert alert.rules == block.rules
    assert alert.defaults == block.defaults


def test_learning_stops_nothing_and_ends() -> None:
    learn = builtin("learn")
    assert learn.mode is Mode.ALERT
    assert learn.report_allowed
    assert {learn.defaults.of(kind) for kind in Kind} == {Verdict.ALLOW}
    assert learn.learn is not None
    assert (learn.learn.invocations, learn.learn.seconds) == (200, 3600)


def test_every_rule_of_block_says_why() -> None:
    assert all(rule.why for rule in builtin("block").rules)


def tcp(host: str, port: int = 443) -> Address:
    return Address("inet", "tcp", host, port)


def file(path: str) -> Address:
    return Address("unix", "any", path, 0)


@pytest.mark.parametrize(
    ("act", "verdict"),
    [
        (Act(Kind.EXEC, PYTHON, "/bin/sh"), Verdict.BLOCK),
        (Act(Kind.CONNECT, PYTHON, address=tcp("203.0.113.9")), Verdict.BLOCK),
        (Act(Kind.CONNECT, PYTHON, address=tcp("203.0.113.9"), name="evil.example"), Verdict.BLOCK),
        (
            Act(Kind.CONNECT, PYTHON, address=tcp("52.94.0.1"), name="sqs.eu-west-1.amazonaws.com"),
            Verdict.ALLOW,
        ),
        (
            Act(Kind.CONNECT, PYTHON, address=tcp("3.3.3.3"), name="ec2-3.compute.amazonaws.com"),
            Verdict.BLOCK,
        ),
        (Act(Kind.CONNECT, PYTHON, address=tcp("169.254.169.254", 80)), Verdict.BLOCK),
        (Act(Kind.RESOLVE, PYTHON, "sqs.eu-west-1.amazonaws.com"), Verdict.ALLOW),
        (Act(Kind.RESOLVE, PYTHON, "aGVsbG8.tunnel.example"), Verdict.BLOCK),
        (Act(Kind.BIND, PYTHON, address=tcp("10.0.0.7", 4444)), Verdict.BLOCK),
        (Act(Kind.BIND, DOTNET, address=file("/tmp/dotnet-diagnostic-8-4711-socket")), Verdict.ALLOW),
        (Act(Kind.CONNECT, DOTNET, address=file("/tmp/dotnet-diagnostic-8-4711-socket")), Verdict.ALLOW),
        (Act(Kind.CONNECT, PYTHON, address=file("/run/docker.sock")), Verdict.BLOCK),
        (Act(Kind.WRITE, PYTHON, "/tmp/work/x"), Verdict.ALLOW),
        (Act(Kind.WRITE, PYTHON, "/var/task/app.py"), Verdict.BLOCK),
        (Act(Kind.READ, PYTHON, "/proc/4/environ"), Verdict.BLOCK),
        (Act(Kind.READ, PYTHON, "/var/task/app.py"), Verdict.ALLOW),
        (Act(Kind.LOAD, PYTHON, "/tmp/evil.so"), Verdict.BLOCK),
        (Act(Kind.LOAD, PYTHON, "pickle:os.system"), Verdict.BLOCK),
        (Act(Kind.LOAD, PYTHON, "pickle:collections.OrderedDict"), Verdict.ALLOW),
        (Act(Kind.LOAD, PYTHON, "[anonymous]"), Verdict.ALLOW),
        (Act(Kind.SYSCALL, PYTHON, "memfd_create"), Verdict.BLOCK),
    ],
)
def test_block_stops_what_it_says(act: Act, verdict: Verdict) -> None:
    document = parse((POLICIES / "function-block.yaml").read_text())
    assert decide(lower(document, "function"), act).verdict is verdict
