"""What is allowed is learned for as long as the policy says, and told as lines a model can be made of."""

import json
import os
from pathlib import Path
from typing import Any

from extension_fixtures import Start
from policies import act, policy, written
from running import Running
from strict_platform import Event, StrictPlatform, until

from outrider.model.event import Address, Kind, Verdict

ACTS, END = "outrider.acts/1", "outrider.invocations/1"


def invoke(running: Running, platform: StrictPlatform, times: int = 1) -> None:
    client = running.client()
    for number in range(times):
        platform.events.put(Event(b'{"a":1}', id=f"r-{number}"))
        client.next()
        client.respond(f"r-{number}")
    client.send(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: h\r\n\r\n")
    until(lambda: platform.waiting_polls, "the poll")
    client.close()
    until(lambda: not platform.waiting_polls, "its end")


def learning(tmp_path: Path, **learn: int) -> str:
    return written(tmp_path, policy("alert", report=True, learn=learn))


def test_learning_ends_after_so_many_invocations(
    start: Start, platform: StrictPlatform, tmp_path: Path
) -> None:
    running = start(OUTRIDER_POLICY=learning(tmp_path, invocations=3, seconds=0))
    running.port  # noqa: B018
    assert running.state()["learning"] == 1
    allowed = {"verdict": Verdict.ALLOW, "kind": Kind.CONNECT, "name": "s3.eu-west-1.amazonaws.com"}
    for last in range(4):
        running.send(act(address=Address("inet", "tcp", f"52.1.1.{last}", 443), **allowed))
    running.send(act(target="/tmp/evil"))  # an alert is no behaviour
    invoke(running, platform, 2)
    assert running.state()["learning"] == 1
    invoke(running, platform, 1)
    assert running.state()["learning"] == 0
    line = until(lambda: running.said(ACTS), "the acts")[0]
    assert (line["function"], line["version"], line["part"], line["of"]) == ("shop", "7", 1, 1)
    acts = {one["kind"]: one for one in line["acts"]}
    assert set(acts) == {"connect", "invoke"}
    assert acts["connect"]["count"] == 4  # one name, four addresses
    assert acts["connect"]["address"] == {
        "family": "inet",
        "protocol": "tcp",
        "host": "52.1.1.0",
        "port": 443,
    }
    assert (acts["invoke"]["program"], acts["invoke"]["target"], acts["invoke"]["count"]) == (
        "a",
        "direct",
        3,
    )
    assert acts["connect"]["first"] == "2026-11-18T11:06:40.000000000Z"
    running.send(act(verdict=Verdict.ALLOW, target="/late"))
    running.shut_down()
    assert len(running.said(ACTS)) == 1


def test_the_environment_may_say_how_long(start: Start, platform: StrictPlatform, tmp_path: Path) -> None:
    value = learning(tmp_path, invocations=100, seconds=900)
    running = start(OUTRIDER_POLICY=value, OUTRIDER_LEARN="invocations=1,seconds=0")
    invoke(running, platform)
    assert running.state()["learning"] == 0


def test_without_a_wish_nothing_is_learned(start: Start, tmp_path: Path) -> None:
    running = start(OUTRIDER_POLICY=written(tmp_path, policy("alert")))
    running.port  # noqa: B018
    running.send(act(verdict=Verdict.ALLOW))
    running.shut_down()
    assert running.said(ACTS) == []


def test_what_was_learned_is_told_at_the_end(start: Start, tmp_path: Path) -> None:
    running = start(OUTRIDER_POLICY=learning(tmp_path, invocations=100, seconds=0))
    running.port  # noqa: B018
    running.send(act(verdict=Verdict.ALLOW, target="/bin/true", code="/nowhere/app.py:1 f"))
    running.shut_down()
    found = running.said(ACTS)[0]["acts"][0]
    assert {name: found[name] for name in ("kind", "program", "target", "code", "count")} == {
        "kind": "exec",
        "program": "/bin/sh",
        "target": "/bin/true",
        "code": "/nowhere/app.py:1 f",
        "count": 1,
    }


def test_many_acts_come_in_parts_and_before_the_end(start: Start, tmp_path: Path) -> None:
    running = start(OUTRIDER_POLICY=learning(tmp_path, invocations=100, seconds=0))
    running.port  # noqa: B018
    for number in range(620):
        running.send(act(verdict=Verdict.ALLOW, target=f"/tmp/{number}/" + "x" * 200))
    until(lambda: len(running.said(ACTS)) > 1, "500 acts")
    running.shut_down()
    lines = running.said(ACTS)
    seen = [one["target"].split("/")[2] for line in lines for one in line["acts"]]
    assert sorted(map(int, seen)) == list(range(620))
    assert all(len(line) < 64 << 10 for line in running.lines)
    parts = [(line["part"], line["of"]) for line in lines]
    assert parts[:2] == [(1, parts[0][1]), (2, parts[0][1])]


def test_a_killed_worker_loses_no_act(start: Start, tmp_path: Path) -> None:
    running = start(OUTRIDER_POLICY=learning(tmp_path, invocations=100, seconds=0))
    running.port  # noqa: B018
    running.send(act(verdict=Verdict.ALLOW, target="/before"))
    running.client().get("/x")  # it has been taken when this is answered
    worker = running.state()["worker_pid"]
    os.kill(worker, 9)
    running.send(act(verdict=Verdict.ALLOW, target="/between"))
    until(lambda: running.state()["worker_pid"] not in (0, worker), "another worker")
    running.send(act(verdict=Verdict.ALLOW, target="/after"))
    running.client().get("/x")
    running.shut_down()
    acts = running.said(ACTS)[0]["acts"]
    assert [one["target"] for one in acts] == ["/before", "/between", "/after"]
    assert running.said(END)[0]["restarts"] == 1


def test_the_code_has_a_fingerprint(start: Start, platform: StrictPlatform, tmp_path: Path) -> None:
    task = tmp_path / "task"
    (task / "lib").mkdir(parents=True)
    (task / "app.py").write_text("1")
    (task / "lib" / "b.py").write_text("22")

    def fingerprint() -> str:
        running = start(OUTRIDER_POLICY=learning(tmp_path, invocations=100, seconds=0))
        invoke(running, platform)
        invoke(running, platform)

        def image() -> str:
            running.send(act(verdict=Verdict.ALLOW, target="/x"))
            return ""

        image()
        children = Path(
            f"/proc/{running.state()['worker_pid']}/task/{running.state()['worker_pid']}/children"
        )
        until(lambda: not children.read_text().strip(), "the child is reaped")
        running.shut_down()
        return str(running.said(ACTS)[0]["image"])

    first = fingerprint()
    assert first.startswith("tree:")
    assert len(first) == len("tree:") + 32
    assert fingerprint() == first
    (task / "lib" / "b.py").write_text("333")
    assert fingerprint() != first


def installed(root: Path, name: str, version: str, files: list[str]) -> None:
    info = root / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    info.joinpath("RECORD").write_text("".join(f"{one},sha256=x,1\n" for one in files))


def attributed(running: Running, codes: list[str]) -> dict[str, Any]:
    running.port  # noqa: B018
    for code in codes:
        running.send(act(code=code))
    running.shut_down()
    return {one["code"]: one.get("distribution") for one in running.said(type="event")}


def test_code_belongs_to_a_distribution(start: Start, tmp_path: Path) -> None:
    task = tmp_path / "task"
    installed(task, "Requests", "2.32.3", ["requests/__init__.py", "requests/api.py"])
    installed(task, "PyYAML", "6.0", ["yaml/__init__.py"])
    installed(task / "python", "google_cloud", "1.0", ["google/cloud/x.py"])
    scoped = task / "node_modules" / "@aws" / "sdk"
    scoped.mkdir(parents=True)
    scoped.joinpath("package.json").write_text(
        json.dumps({"name": "@aws/sdk", "version": "3.1", "x": {"name": "no"}})
    )
    wanted = {
        f"{task}/requests/api.py:12 get": "requests 2.32.3",
        f"{task}/yaml/__init__.py:1 load": "pyyaml 6.0",
        f"{task}/python/google/cloud/x.py:3 f": "google-cloud 1.0",
        f"{task}/node_modules/@aws/sdk/dist/a.js:4:2 send": "@aws/sdk 3.1",
        f"{task}/requests/api.pyc:12 get": None,
        f"{task}/app.py:5 handler": None,
        "/etc/../etc/passwd:1 x": None,
        "pickle:os.system": None,
        ":": None,
    }
    assert attributed(start(), list(wanted)) == wanted


def test_a_record_without_an_end_does_not_hold_up(start: Start, tmp_path: Path) -> None:
    task = tmp_path / "task"
    installed(task, "big", "1", [])
    (task / "big-1.dist-info" / "RECORD").write_bytes(b"x" * (16 << 20) + b"\nbig/a.py,\n")
    os.mkfifo(task / "pipe")
    (task / "odd-1.dist-info").mkdir()
    os.mkfifo(task / "odd-1.dist-info" / "RECORD")
    assert attributed(start(), [f"{task}/big/a.py:1 f"]) == {f"{task}/big/a.py:1 f": None}
