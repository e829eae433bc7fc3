"""The two processes: starting, dying, ending; and what the function leaves running."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from extension_fixtures import Start
from policies import act, policy, written
from running import Client, Running
from strict_platform import Event, StrictPlatform, reply, until

from outrider.model.event import Verdict

NEXT = "/2018-06-01/runtime/invocation/next"


def another_worker(running: Running, before: int) -> int:
    return int(
        until(lambda: (now := running.state()["worker_pid"]) not in (0, before) and now, "another worker")
    )


def test_it_registers_and_asks_for_events(running: Running, platform: StrictPlatform) -> None:
    asked = until(lambda: platform.of("/register"), "the registration")[0]
    assert asked.header("lambda-extension-name") == "outrider"
    assert asked.body == b'{"events":["SHUTDOWN"]}'
    found = until(lambda: platform.of("/event/next"), "the first poll")[0]
    assert found.header("lambda-extension-identifier") == "id-1"


def test_the_port_is_published_before_the_registration(start: Start, platform: StrictPlatform) -> None:
    ports: list[int] = []
    running: list[Running] = []
    platform.answers["/2020-01-01/extension/register"] = lambda asked, wire: (
        until(lambda: running, "started"),
        ports.append(running[0].state()["proxy_port"]),
        reply(200, b"{}", {"Lambda-Extension-Identifier": "i"}),
    )[-1]
    running.append(start())
    until(lambda: ports, "the registration")
    assert ports[0] > 0


def test_a_wanted_port_is_taken(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert start(OUTRIDER_PROXY_PORT=str(port)).port == port


def test_shutdown_ends_both_and_takes_the_port_back(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    platform.events.put(Event())
    client.next()
    worker = running.state()["worker_pid"]
    assert running.shut_down() == 0
    state = running.state()
    assert (state["proxy_port"], state["phase"]) == (0, 3)
    assert not Path(f"/proc/{worker}").exists()
    assert running.said("outrider.invocations/1")[0]["invocations"] == 1


def test_what_guards_sent_before_shutdown_is_told(running: Running) -> None:
    running.port  # noqa: B018
    for number in range(150):
        running.send(act(target=f"/{number}"))
    running.shut_down()
    assert len(running.said(type="event")) == 150


def test_a_killed_worker_is_replaced_and_the_port_stays(running: Running, platform: StrictPlatform) -> None:
    port, worker = running.port, running.state()["worker_pid"]
    for number in range(1, 4):
        os.kill(worker, 9)
        client = Client(port)  # the listening socket never closes
        platform.events.put(Event(id=f"r-{number}"))
        assert client.next()[0] == 200
        assert client.respond(f"r-{number}") == 202
        worker = another_worker(running, worker)
    assert running.port == port
    assert running.process.poll() is None
    running.shut_down()
    counters = running.said("outrider.invocations/1")[0]
    assert (counters["restarts"], counters["invocations"]) == (3, 3)


def test_where_no_worker_can_live_the_port_is_closed(running: Running) -> None:
    port, worker = running.port, running.state()["worker_pid"]
    for _ in range(8):
        os.kill(worker, 9)
        worker = another_worker(running, worker)
        if not running.state()["proxy_port"]:
            break
    until(lambda: running.state()["proxy_port"] == 0, "it is taken back")
    with pytest.raises(ConnectionRefusedError):
        Client(port)
    running.send(act())  # events are still told
    running.shut_down()
    assert len(running.said(type="event")) == 1
    assert any("no longer watched" in one["message"] for one in running.said(type="trouble"))


def test_a_worker_killed_under_a_poll_resets_its_client(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    client.send(b"GET " + NEXT.encode() + b" HTTP/1.1\r\nHost: h\r\n\r\n")
    until(lambda: platform.waiting_polls, "the poll")
    os.kill(running.state()["worker_pid"], 9)
    assert client.closed()
    until(lambda: platform.dropped_polls, "the platform sees it go")
    platform.events.put(Event())
    assert running.client().next()[0] == 200


@pytest.mark.parametrize("kill", [True, False])
def test_a_worker_that_cannot_end_is_spoken_for(
    running: Running, platform: StrictPlatform, kill: bool
) -> None:
    running.port  # noqa: B018
    for _ in range(2):
        running.send(act())
    running.client().get("/x")
    worker = running.state()["worker_pid"]
    os.kill(worker, signal.SIGSTOP)
    platform.shut_down()
    until(lambda: running.state()["phase"] == 3, "the end has begun")
    if kill:
        os.kill(worker, signal.SIGKILL)
    assert running.shut_down() == 0
    assert [one["type"] for one in running.said()][-2:] == ["event", "repeat"]
    assert running.said("outrider.invocations/1")[0]["received"] == 2


def test_signals_do_not_end_it(running: Running, platform: StrictPlatform) -> None:
    worker = running.state()["worker_pid"] if running.port else 0
    for number in (1, 2, 3, 10, 12, 13, 14, 15):
        os.kill(worker, number)
        running.process.send_signal(number)
    platform.events.put(Event())
    assert running.client().next()[0] == 200
    assert running.state()["worker_pid"] == worker


def test_without_a_parent_it_serves_while_somebody_is_there(
    running: Running, platform: StrictPlatform
) -> None:
    client = running.client()
    assert client.get("/x")[0] == 202
    running.process.kill()
    running.process.wait()
    platform.events.put(Event())
    assert client.next()[0] == 200
    worker = running.state()["worker_pid"]
    client.close()
    until(
        lambda: (
            not Path(f"/proc/{worker}").exists() or "zombie" in Path(f"/proc/{worker}/status").read_text()
        ),
        "its end",
    )
    assert running.state()["proxy_port"] == 0


@pytest.mark.parametrize("status", [403, 500])
def test_a_refused_registration_harms_nobody(start: Start, platform: StrictPlatform, status: int) -> None:
    platform.answers["/2020-01-01/extension/register"] = lambda asked, wire: reply(status, b"{}")
    running = start()
    until(lambda: "refuses the registration" in "".join(running.lines), "one line")
    platform.events.put(Event())
    assert running.client().next()[0] == 200
    assert running.process.poll() is None


def test_no_extensions_api_harms_nobody(start: Start) -> None:
    running = start(AWS_LAMBDA_RUNTIME_API="127.0.0.1:1")
    until(lambda: "cannot be reached" in "".join(running.lines), "one line")
    assert running.client().next()[0] == 502
    assert running.process.poll() is None


def test_no_address_at_all(start: Start) -> None:
    running = start(AWS_LAMBDA_RUNTIME_API="")
    until(lambda: "is not set" in "".join(running.lines), "one line")
    assert running.process.poll() is None


def test_a_directory_that_cannot_be_made(start: Start, platform: StrictPlatform) -> None:
    start(OUTRIDER_DIR="/proc/nowhere")
    until(lambda: platform.of("/event/next") or platform.of("/register"), "it registers all the same")


def test_what_lies_in_the_directory_is_taken_away(start: Start, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep")
    (tmp_path / "s").mkdir(mode=0o777)
    (tmp_path / "s" / "state").symlink_to(precious)
    (tmp_path / "s" / "policy.1").write_text("old")
    running = start()
    running.port  # noqa: B018
    assert precious.read_text() == "keep"
    assert sorted(path.name for path in running.directory.iterdir()) == ["events", "state"]
    assert running.directory.stat().st_mode & 0o777 == 0o700
    assert (running.directory / "state").stat().st_mode & 0o777 == 0o600
    assert (running.directory / "state").stat().st_size == 4096


def test_a_link_in_place_of_the_directory_is_not_followed(start: Start, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "s").symlink_to(elsewhere)
    start().port  # noqa: B018
    assert list(elsewhere.iterdir()) == []


def test_a_pipe_nobody_reads_holds_up_nobody(start: Start, platform: StrictPlatform) -> None:
    running = start(OUTRIDER_LOG="all")
    client = running.client()
    running.paused.set()
    for number in range(3000):
        platform.events.put(Event(id=f"r-{number}"))
        client.next()
        assert client.respond(f"r-{number}") == 202
    running.paused.clear()
    running.shut_down()
    counters = running.said("outrider.invocations/1")
    lines = len(running.said(kind="invoke"))
    assert counters == [] or lines + counters[0]["lines_lost"] >= 3000


REGISTER = "/2020-01-01/extension/register"


def test_registering_from_the_function_is_an_act(
    start: Start, platform: StrictPlatform, tmp_path: Path
) -> None:
    rule = {"kind": "syscall", "action": "block", "name": "extension_register"}
    running = start(OUTRIDER_POLICY=written(tmp_path, policy("block", rule)))
    client = running.client()
    assert client.post(REGISTER, b"{}", b"Lambda-Extension-Name: inner")[0] == 200  # during init
    platform.events.put(Event())
    client.next()
    late = running.client()
    status, _, body = late.post(REGISTER, b"{}", b"Lambda-Extension-Name: evil")
    assert (status, b"Outrider.Refused" in body) == (403, True)
    assert (
        len([one for one in platform.of("/register") if one.header("lambda-extension-name") == "evil"]) == 0
    )
    client.respond("r-1")
    running.shut_down()
    told = running.said(type="event", target="extension_register")[0]
    assert told["verdict"] == "block"
    assert told["message"].endswith("evil")


RUNTIME = """
import os, subprocess, sys
early = subprocess.Popen(["sleep", "61"])
print(early.pid, flush=True)
sys.stdin.readline()
late = subprocess.Popen(["sleep", "62"])
print(late.pid, flush=True)
sys.stdin.readline()
late.wait()
"""


@pytest.mark.parametrize("verdict", ["alert", "block"])
def test_a_process_that_outlives_its_invocation(
    start: Start, platform: StrictPlatform, tmp_path: Path, verdict: str
) -> None:
    rule = {"kind": "syscall", "action": verdict, "name": "outlive"}
    running = start(OUTRIDER_POLICY=written(tmp_path, policy("block", rule)))
    client = running.client()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", RUNTIME], **pipes) as runtime:  # type: ignore[call-overload]
        running.set_runtime(runtime.pid)
        early = int(runtime.stdout.readline())
        platform.events.put(Event())
        client.next()
        runtime.stdin.write("\n")
        runtime.stdin.flush()
        late = int(runtime.stdout.readline())
        client.respond("r-1")
        for name in ("r-2", "r-3"):
            platform.events.put(Event(id=name))
            client.next()
            client.respond(name)
        stopped = Path(f"/proc/{late}/status").read_text().split("State:\t")[1][0] == "Z"
        assert stopped == (verdict == "block")
        os.kill(early, 9)
        if not stopped:
            os.kill(late, 9)
        runtime.stdin.write("\n")
    running.shut_down()
    told = running.said(type="event", target="outlive")
    assert [(one["verdict"], one["pid"], Path(one["program"]).name) for one in told] == [
        (verdict, late, Path("/bin/sleep").resolve().name)
    ]


def test_other_peoples_processes_may_outlive(running: Running, platform: StrictPlatform) -> None:
    client = running.client()
    platform.events.put(Event())
    client.next()
    with subprocess.Popen(["sleep", "60"]) as other:
        client.respond("r-1")
        platform.events.put(Event(id="r-2"))
        client.next()
        other.kill()
    running.send(act(verdict=Verdict.ALERT))
    running.shut_down()
    assert running.said(target="outlive") == []
