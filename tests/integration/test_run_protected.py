"""A protected task as `outrider run` runs it, under each column of containerd's profile, from alert to block.

The task is made as `outrider patch` makes it: an init container fills the volume, the entry point of the
application goes through outrider-run. The agent is this test, at the other end of the volume."""

import contextlib
import platform
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tasks import ImageMaker, Runner, Running, container, end, needs_engine, taskdef

from outrider.model.event import Event, FrameType, Verdict
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy
from outrider.runtime.wire import FrameDecoder, encode_ack

pytestmark = [needs_engine, pytest.mark.whole]

ROOT = Path(__file__).parents[2]
VERSIONS = ("1.6", "1.7", "2")
REFUSED, STATUS = 70, 7
ADVICE = "add SYS_PTRACE to the container's capabilities"
PROGRAMS = f"programs are verified late, when they have begun to run: {ADVICE}"
MESSAGES = f"messages without an address are judged but cannot be verified against a race: {ADVICE}"

KINDS = {"exec", "connect", "bind", "write"}
ACTS = """
acts() {
  /srv/busybox-other echo ran 2>/dev/null || echo exec failed
  nc -w 2 127.0.0.1 9 2>&1 </dev/null
  nc -l -w 1 -p 9001 2>&1 </dev/null | grep bind
  echo x >/tmp/allowed && echo allowed
  echo x 2>/dev/null >/tmp/forbidden && echo wrote
}
"""
UNTIL_BLOCK = "until test -e /outrider/block; do sleep 0.1; done"
SCRIPT = f"{ACTS} echo pid $$; acts; echo first; {UNTIL_BLOCK}; acts; exit {STATUS}"
REFUSAL = "nc: can't connect to remote host (127.0.0.1): "
FREE = ["ran", f"{REFUSAL}Connection refused", "allowed", "wrote", "first"]
HELD = ["exec failed", f"{REFUSAL}Operation not permitted", "nc: bind: Operation not permitted", "allowed"]
INSTALL = """
mkdir /outrider/bin /outrider/policy /outrider/run
cp /srv/outrider-run /outrider/bin/ && chmod 755 /outrider/bin/outrider-run
cp /srv/web.policy /outrider/policy/
"""


def policy(mode: str, counter: int) -> bytes:
    """Four acts are not allowed."""
    rules = [
        {"kind": "exec", "target": "/srv/busybox-other"},
        {"kind": "connect", "address": "127.0.0.1/32", "port": "9"},
        {"kind": "bind", "port": "9001"},
        {"kind": "write", "target": "/tmp/forbidden"},
    ]
    web = {
        "mode": mode,
        "defaults": dict.fromkeys(("exec", "connect", "bind", "write", "syscall"), "allow"),
        "rules": [{**rule, "action": "block", "why": "test"} for rule in rules],
    }
    document = {"version": 1, "workload": "shop", "counter": counter, "containers": {"web": web}}
    return compile_policy(PolicyDocument.model_validate(document), "web")


@pytest.fixture(scope="session")
def guarded(images: ImageMaker) -> str:
    """busybox, a second copy of it that is nobody's business, and what outrider-init would bring."""
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", platform.machine()]
    subprocess.run(build, check=True, capture_output=True)
    binary = ROOT / "outrider" / "_native" / platform.machine() / "outrider-run"
    files = {
        "srv/busybox-other": Path(shutil.which("busybox") or "").read_bytes(),
        "srv/outrider-run": binary.read_bytes(),
        "srv/web.policy": policy("alert", 1),
    }
    return f"--image=app={images.make('guarded', files)}"


def task(*, ptrace: bool, user: str, on_failure: str = "availability") -> dict[str, Any]:
    """A protected task."""
    mount = {"sourceVolume": "outrider", "containerPath": "/outrider"}
    start = ["/outrider/bin/outrider-run", "--container", "web", "--on-failure", on_failure, "--"]
    return taskdef(
        container(
            script=SCRIPT,
            entryPoint=start,
            user=user,
            dependsOn=[{"containerName": "outrider-init", "condition": "SUCCESS"}],
            mountPoints=[{**mount, "readOnly": True}],
            **({"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}} if ptrace else {}),
        ),
        container("outrider-init", INSTALL, essential=False, user="0", mountPoints=[mount]),
        volumes=[{"name": "outrider"}],
    )


class Told:
    """What the supervisor tells, acknowledged as it comes."""

    def __init__(self, path: Path) -> None:
        self.events: list[Event] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o666)
        self._listener.listen()
        self._listener.settimeout(60)
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            decoder = FrameDecoder()
            while data := connection.recv(65536):
                self.events += decoder.feed(data)
                with contextlib.suppress(OSError):  # it is gone: what it said before can still be read
                    connection.sendall(encode_ack(decoder.last_seq))

    def close(self) -> None:
        """Once the supervisor has hung up, all is read."""
        self._thread.join(60)
        self._listener.close()

    def start(self) -> Event | None:
        return next((e for e in self.events if e.type is FrameType.START), None)

    def of(self, verdict: Verdict) -> set[str]:
        """Kinds of acts with this verdict."""
        return {str(e.kind) for e in self.events if e.type is FrameType.EVENT and e.verdict is verdict}


@contextlib.contextmanager
def listening(running: Running) -> Iterator[Told]:
    """An agent in the volume, from the moment that the init container has made its place."""
    volume = running.state / "volumes" / "outrider"
    running.until((volume / "run").is_dir)
    told = Told(volume / "run" / "agent.sock")
    yield told


def expected_trouble(version: str, *, ptrace: bool, user: str) -> str:
    """What START has to say, by the rows of containerd's profile; Yama, where it is, wants the capability."""
    with contextlib.suppress(OSError):
        scope = int(Path("/proc/sys/kernel/yama/ptrace_scope").read_text())
        if scope and not (ptrace and user == "0" and scope < 3):
            return PROGRAMS
    if ptrace:
        return ""
    return PROGRAMS if version == "1.6" else MESSAGES


@pytest.mark.parametrize("user", ["0", "1000"])
@pytest.mark.parametrize("ptrace", [True, False], ids=["SYS_PTRACE", "no-SYS_PTRACE"])
@pytest.mark.parametrize("version", VERSIONS)
def test_column(runner: Runner, guarded: str, version: str, ptrace: bool, user: str) -> None:
    trouble = expected_trouble(version, ptrace=ptrace, user=user)
    definition = task(ptrace=ptrace, user=user, on_failure="availability" if trouble else "security")
    with (
        runner.start(definition, guarded, "--containerd", version, ready=False) as running,
        listening(running) as told,
    ):
        running.until(lambda: "first" in running.printed("web") and told.start())
        running.until(lambda: told.of(Verdict.ALERT) == KINDS)
        assert told.of(Verdict.BLOCK) == set()
        swap(running, told)
        done = end(running, stop=False)
    assert done.out["web"] == ["pid 1", *FREE, *HELD]
    told.close()
    assert told.of(Verdict.BLOCK) == KINDS, "also the last, just before the end"
    started = told.start()
    assert started
    assert (started.message, started.engine, started.mode) == (trouble, "notify", "alert")
    assert (started.pid, started.uid) == (1, int(user))
    assert done.task["containers"]["web"]["exit_code"] == STATUS
    assert_documented(started, version, ptrace=ptrace)


def assert_documented(started: Event, version: str, *, ptrace: bool) -> None:
    """The table of native/README.md says of this column what was found here."""
    section = (
        (ROOT / "native" / "README.md").read_text().split("## Without CAP_SYS_PTRACE")[1].split("\n## ")[0]
    )
    head, _, *rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    column = next(
        i for i, name in enumerate(head) if version in name and name.endswith("with" if ptrace else "without")
    )
    said = {row[0]: row[column + 1].split(";")[0] for row in rows}
    duplicated = "pidfd_getfd" in started.features
    assert said["messages without an address"] == ("verified" if duplicated else "judged")
    if "ptrace" in started.features or not Path("/proc/sys/kernel/yama").exists():
        assert said["programs"] == ("verified" if "ptrace" in started.features else "verified late")


def swap(running: Running, told: Told) -> None:
    """Block, from now on; the application waits for it."""
    volume = running.state / "volumes" / "outrider"
    fresh = volume / "policy" / "web.policy.new"
    fresh.write_bytes(policy("block", 2))
    fresh.replace(volume / "policy" / "web.policy")
    running.until(lambda: any(e.type is FrameType.POLICY and e.mode == "block" for e in told.events))
    (volume / "block").touch()


@pytest.mark.parametrize("user", ["0", "1000"])
@pytest.mark.parametrize("version", VERSIONS)
def test_security_refuses_what_cannot_be_verified(
    runner: Runner, guarded: str, version: str, user: str
) -> None:
    definition = task(ptrace=False, user=user, on_failure="security")
    done = runner.run(definition, guarded, "--containerd", version)
    assert done.task["containers"]["web"]["exit_code"] == REFUSED, done.errors
    printed = "\n".join(done.out["web"])
    assert f"refusing to start: {expected_trouble(version, ptrace=False, user=user)}" in printed
    assert "pid 1" not in printed
