"""A program under the real supervisor, with a policy compiled by the library and a strict agent."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from outrider.model.event import Event, FrameType
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy
from outrider.runtime.wire import FrameDecoder, encode_ack

KINDS = ("exec", "connect", "bind", "write", "syscall")
ENGINE = ("--engine", os.environ["OUTRIDER_ENGINE"]) if "OUTRIDER_ENGINE" in os.environ else ()
"""So that any of these tests can be run with another engine than the one it is for."""
LIVES = 3
"""The supervisor and its twins, as guard.h has it."""
PATIENCE = 20.0
"""Seconds after which a test gives up waiting. Nothing is asserted about time."""


def policy(
    mode: str = "block", *rules: dict[str, Any], counter: int = 1, report: bool = False, **defaults: str
) -> bytes:
    """A blob. What `defaults` does not name is allowed."""
    container = {
        "mode": mode,
        "report_allowed": report,
        "defaults": dict.fromkeys(KINDS, "allow") | defaults,
        "rules": [{"action": "allow", "why": "test", **rule} for rule in rules],
    }
    document = {"version": 1, "workload": "test", "counter": counter, "containers": {"app": container}}
    return compile_policy(PolicyDocument.model_validate(document), "app")


def until(happened: Callable[[], Any], what: str) -> Any:
    """Wait for something; its value."""
    end = time.monotonic() + PATIENCE
    while not (value := happened()):
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.01)
    return value


class Agent:
    """Takes events as the sidecar would, and checks what wire.h promises of every frame."""

    def __init__(self, path: Path, *, slow: float = 0) -> None:
        self.path, self.slow = path, slow
        self.events: list[Event] = []
        self.hellos: list[Event] = []
        self.broken: list[str] = []
        self.acknowledged = 0
        self.acks_may_be_lost = False
        """True where the supervisor is killed: what it had not read yet of ours died with it."""
        self._stop = False
        self._listener = socket.socket(socket.AF_UNIX)
        path.unlink(missing_ok=True)
        self._listener.bind(str(path))
        path.chmod(0o666)
        self._listener.listen(8)
        self._listener.settimeout(0.1)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Go away, as a sidecar that was killed."""
        self._stop = True
        self._thread.join()
        self._listener.close()
        self.path.unlink(missing_ok=True)

    @property
    def last_seq(self) -> int:
        return self.events[-1].seq if self.events else 0

    def of(self, kind: str) -> list[Event]:
        return [e for e in self.events if e.kind == kind]

    def of_type(self, kind: FrameType) -> list[Event]:
        return [e for e in self.events if e.type is kind]

    def wait(self, wanted: Callable[[Event], bool], what: str = "an event") -> Event:
        return until(lambda: next((e for e in list(self.events) if wanted(e)), None), what)

    def _accept(self) -> None:
        while not self._stop:
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                with connection:
                    self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        decoder, first = FrameDecoder(), True
        connection.settimeout(0.1)
        while not self._stop:
            if self.slow:
                time.sleep(self.slow)
            try:
                data = connection.recv(65536)
            except TimeoutError:
                continue
            except ConnectionResetError:
                return
            if not data:
                return
            for event in decoder.feed(data):
                if first != (event.type is FrameType.HELLO) or first != (event.seq == 0):
                    self.broken.append(f"HELLO and seq 0 go together, first and only: {event}")
                first = False
                self._take(event)
            with contextlib.suppress(OSError):
                connection.sendall(encode_ack(decoder.last_seq))
                self.acknowledged = decoder.last_seq

    def _take(self, event: Event) -> None:
        if event.type is FrameType.HELLO:
            if self.hellos and self.hellos[-1].instance != event.instance:  # another life: its own numbers
                self.events, self.acknowledged = [], 0
            self.hellos.append(event)
        elif event.seq <= self.last_seq:  # sent again after a reconnect
            if event.seq <= self.acknowledged and not self.acks_may_be_lost:
                self.broken.append(f"sent again although acknowledged: {event}")
        else:
            self.events.append(event)
            if len(self.events) + event.dropped != event.seq:
                self.broken.append(f"{len(self.events)} received, {event.dropped} dropped, seq {event.seq}")


class Supervised:
    """One start of outrider-run."""

    def __init__(self, binary: Path, volume: Path) -> None:
        self.binary, self.volume = binary, volume
        (volume / "policy").mkdir(parents=True, exist_ok=True)
        (volume / "run").mkdir(exist_ok=True)
        self.file = volume / "policy" / "app.policy"
        self.socket = volume / "run" / "agent.sock"
        self.agent: Agent | None = None
        self.process: subprocess.Popen[str] | None = None

    def set_policy(self, blob: bytes) -> None:
        """Rename into place, as the sidecar does."""
        fresh = self.file.with_suffix(".new")
        fresh.write_bytes(blob)
        fresh.replace(self.file)

    def listen(self, *, slow: float = 0) -> Agent:
        self.agent = Agent(self.socket, slow=slow)
        return self.agent

    def command(self, *program: str | Path, options: tuple[str, ...] = ()) -> list[str]:
        return [str(self.binary), "--dir", str(self.volume), *ENGINE, *options, "--", *map(str, program)]

    def start(
        self, *program: str | Path, options: tuple[str, ...] = (), **popen: Any
    ) -> subprocess.Popen[str]:
        settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(
            self.command(*program, options=options), text=True, **(settings | popen)
        )
        return self.process

    def run(
        self, *program: str | Path, options: tuple[str, ...] = (), timeout: float = 60, **popen: Any
    ) -> subprocess.CompletedProcess[str]:
        """Start and wait. A test that hangs fails."""
        process = self.start(*program, options=options, **popen)
        try:
            out, error = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, error)

    def pids(self) -> list[int]:
        """The supervisor and its twins, in the order in which they are in charge: each carries the launching
        process's command line."""
        assert self.process
        found = [
            int(p.name)
            for p in Path("/proc").iterdir()
            if p.name.isdigit() and int(p.name) != self.process.pid and runs(int(p.name), self.binary)
        ]
        mine = [pid for pid in found if str(self.volume).encode() in cmdline(pid)]
        return sorted(mine, key=lambda pid: (not watches(pid), started(pid), pid))

    def both(self) -> tuple[int, int]:
        """Supervisor and the twin that is the next, once there are, and nothing else that a launch needs."""
        assert self.process
        until(lambda: not self.process or not runs(self.process.pid, self.binary), "the application")
        supervisor, twin, *_ = until(
            lambda: found if len(found := self.pids()) >= 2 else None, "a supervisor and a twin"
        )
        return supervisor, twin


def cmdline(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def watches(pid: int) -> bool:
    """Whether it has an inotify descriptor: of the supervisor and its twins, the one in charge."""
    with contextlib.suppress(OSError):
        return any("inotify" in str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir())
    return False


def started(pid: int) -> int:
    """In ticks since the machine's start: numbers begin anew."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return 0


def runs(pid: int, binary: Path) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/exe").readlink() == binary.resolve()
    return False


def status(pid: int | str) -> dict[str, str]:
    """/proc/PID/status; empty when it is gone."""
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return {}


@contextlib.contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Whatever happens in the test, the process is gone afterwards."""
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()


def unit(units: Path, *arguments: str | Path, text: str = "") -> str:
    """What programs/units.c answers."""
    done = subprocess.run(
        [units, *arguments], input=text, capture_output=True, text=True, check=False, timeout=240
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout
