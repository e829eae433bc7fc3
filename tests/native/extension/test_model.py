"""What the extension says is what `outrider learn` reads: lines of the real one become a model."""

from pathlib import Path

from extension_fixtures import Start
from policies import act, policy, written

from outrider.model.behaviour import Behaviour
from outrider.model.event import FUNCTION, Address, Kind, Verdict
from outrider.runtime.learn import learn
from outrider.runtime.log_line import from_line

SHELL = "/bin/sh"
ALLOWED = {"verdict": Verdict.ALLOW, "program": SHELL}


def test_lines_of_the_extension_become_a_model(start: Start, tmp_path: Path) -> None:
    value = written(tmp_path, policy("alert", report=True, learn={"invocations": 100, "seconds": 0}))
    running = start(OUTRIDER_POLICY=value, OUTRIDER_LOG="all")
    running.port  # noqa: B018
    running.send(act(kind=Kind.EXEC, target="/bin/evil"))
    peer = {"kind": Kind.CONNECT, "name": "api.example.com", "code": "/var/task/app.py:3 send", "target": ""}
    for last in range(3):
        running.send(act(address=Address("inet", "tcp", f"192.0.2.{last}", 443), **peer, **ALLOWED))
    for number in range(620):
        target = f'/var/task/part-{number}\xa0\x1b\\"{"x" * 200}.py'
        running.send(act(kind=Kind.LOAD, target=target, **ALLOWED))
    running.send(act(kind=Kind.EXEC, target="/bin/true", **ALLOWED))
    running.shut_down()
    told = [one for one in (from_line(line.encode()) for line in running.lines) if one is not None]
    learned = learn([*told, *reversed(told)])
    (model,) = learned.models
    assert (model.workload, model.container) == ("shop", FUNCTION)
    assert learned.left_out["flagged"] == 1
    counts = {behaviour: seen.count for behaviour, seen in model.seen.items()}
    assert counts == {
        Behaviour(Kind.CONNECT, SHELL, protocol="tcp", ports="443", name="api.example.com"): 3,
        Behaviour(Kind.LOAD, SHELL, "/var/task/**"): 620,
        Behaviour(Kind.EXEC, SHELL, "/bin/true"): 1,
    }
    assert {who for seen in model.seen.values() for who in seen.by} == {"/var/task/app.py"}
