"""One sandbox from outside: started, ordered about, and gone with us.

The other end is `stage`: it makes the namespaces and is their first process. When our end of the control
socket closes, for whatever reason, everything in there ends.
"""

import base64
import json
import os
import platform
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import outrider
from outrider.errors import EnvironmentFault
from outrider.function import quotas
from outrider.function.identity import GID, HOSTNAME, UID
from outrider.function.seccomp_program import program

_MESSAGE = 1 << 18
_START = 30.0
"""Seconds for the sandbox to stand; a loaded machine needs under one."""
_ANSWER = 30.0
"""Seconds for one order; a process that cannot be started is told at once."""
_STAGE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from outrider.cli.emulator.stage.main import main
main()
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be seen inside."""

    task: Path
    """Shown at /var/task."""
    shown: tuple[tuple[Path, str], ...] = ()
    """Further directories and files, and where."""
    network: str = "host"
    """`host`, or `none`: a loopback of its own and nothing else."""
    tmp: int = quotas.TMP[0]
    """MiB of /tmp."""


class Sandbox:
    """A running sandbox. Raises EnvironmentFault when this machine does not permit one."""

    def __init__(self, plan: Plan, session: Path, ended: Callable[[int, int], None]) -> None:
        self._ended = ended
        self._answers: queue.Queue[tuple[dict[str, Any], list[int]]] = queue.Queue()
        self._lock = threading.Lock()
        (session / "root").mkdir()
        self._control, self._process = _start(_orders(plan, session))
        answer, descriptors = self._receive(_START)
        if not answer.get("ready"):
            self.close()
            shutil.rmtree(session, ignore_errors=True)
            raise EnvironmentFault(
                f"no sandbox for functions on this machine: {answer.get('failed', 'its process ended')}",
                hint="it needs root, or user namespaces for ordinary users; see "
                "kernel.unprivileged_userns_clone, AppArmor, the profile of the container this runs in.",
            )
        self.listener = socket.socket(fileno=descriptors[0])
        """Listening inside the sandbox's network; whoever serves there closes it."""
        self._reader = threading.Thread(target=self._read, name="sandbox", daemon=True)
        self._reader.start()

    def spawn(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        descriptors: Sequence[int],
        *,
        passed: str = "",
    ) -> int:
        """Start a program; its pid inside. The first descriptor is its output, a second one is named in the
        variable `passed`. Raises EnvironmentFault when it cannot be executed."""
        order = {
            "do": "spawn",
            "argv": list(argv),
            "environment": dict(environment),
            "directory": "/var/task",
            "passed": passed,
        }
        answer, _ = self._order(order, descriptors)
        if "failed" in answer:
            raise EnvironmentFault(f"cannot start {argv[0]}: {answer['message']}")
        return int(answer["pid"])

    def signal(self, pid: int, number: int) -> None:
        """As kill(2), inside; -1 is everybody. One that is gone is no error."""
        self._order({"do": "signal", "pid": pid, "signal": int(number)})

    def freeze(self) -> None:
        """Stop everything in there."""
        self.signal(-1, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let everything go on."""
        self.signal(-1, signal.SIGCONT)

    def memory(self) -> int:
        """Resident memory of all processes in there, bytes."""
        return int(self._order({"do": "memory"})[0]["memory"])

    def connect(self, port: int, seconds: float) -> socket.socket:
        """A TCP connection to a port of the sandbox's loopback. Raises OSError."""
        _, descriptors = self._order({"do": "socket"})
        if not descriptors:
            raise ConnectionError("the sandbox is gone")
        connection = socket.socket(fileno=descriptors[0])
        try:
            connection.settimeout(seconds)
            connection.connect(("127.0.0.1", port))
        except OSError:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """End everything in there and wait until it is gone, the session directory too."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        if hasattr(self, "_reader"):
            self._reader.join()
        self._control.close()

    def _order(
        self, order: Mapping[str, Any], descriptors: Sequence[int] = ()
    ) -> tuple[dict[str, Any], list[int]]:
        """One order and its answer; a sandbox that is gone answers nothing to everything."""
        with self._lock:
            try:
                socket.send_fds(self._control, [json.dumps(order).encode()], list(descriptors))
                return self._answers.get(timeout=_ANSWER)
            except (OSError, queue.Empty):
                return {"failed": 0, "message": "the sandbox is gone", "memory": 0}, []

    def _read(self) -> None:
        """Take answers and ends apart, until the other end is gone."""
        while True:
            try:
                answer, descriptors = self._receive(None)
            except OSError:
                return
            if "exited" in answer:
                self._ended(answer["exited"], answer["status"])
            elif not answer:
                return
            else:
                self._answers.put((answer, descriptors))

    def _receive(self, seconds: float | None) -> tuple[dict[str, Any], list[int]]:
        """The next message; empty when there will be none."""
        self._control.settimeout(seconds)
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, _MESSAGE, 4)
        except (TimeoutError, ConnectionResetError):
            return {}, []
        return (json.loads(data) if data else {}), descriptors


def session_directory() -> Path:
    """A directory for one sandbox: unpacked layers, the place of its root. The stage clears it away."""
    path = Path(tempfile.mkdtemp(prefix="outrider-function-"))
    path.chmod(0o755)
    return path


def _start(orders: Mapping[str, Any]) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The stage's process, and our end of its control socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    package = str(Path(outrider.__file__).parents[1])
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", "-c", _STAGE, package, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin")},
            start_new_session=True,
        )
    ours.send(json.dumps(orders).encode())
    return ours, process


def _orders(plan: Plan, session: Path) -> dict[str, Any]:
    """What the stage is told."""
    user = None if os.geteuid() == 0 else {"uid": os.geteuid(), "gid": os.getegid()}
    return {
        "session": str(session),
        "root": str(session / "root"),
        "user": user,
        "uid": UID,
        "gid": GID,
        "network": plan.network,
        "address": "127.0.0.1:9001" if plan.network == "none" else "127.0.0.1:0",
        "hostname": HOSTNAME,
        "task": str(plan.task),
        "shown": [(str(source), place) for source, place in plan.shown],
        "tmp": plan.tmp,
        "descriptors": quotas.DESCRIPTORS,
        "processes": quotas.PROCESSES,
        "filter": base64.b64encode(program(platform.machine())).decode(),
    }
