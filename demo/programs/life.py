"""One life of a program: the sidecar beside it, `outrider-run` before its entry point, as in a container."""

import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from demo.programs.peers import Peers
from demo.programs.room import Room
from outrider.cli.engine import enter
from outrider.cli.event_files import EventReader
from outrider.errors import EnvironmentFault
from outrider.fargate.capabilities import BITS, bounding_set
from outrider.model.event import Event

SOURCE = Path(__file__).parents[2]
STOP_SECONDS = 30
"""As ECS waits after its stop signal."""
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")


class Life:
    """A program that runs."""

    def __init__(self, room: Room, name: str, policy: Path | None, peers: Peers) -> None:
        self.room = room
        self.program = room.program
        self.peers = peers
        self.root = room.overlay(name)
        self.place = room.work / name
        self.log = self.place / "log"
        self._policy = policy
        self._sidecar: subprocess.Popen[bytes] | None = None
        self._container: subprocess.Popen[bytes] | None = None

    @property
    def record(self) -> Path:
        """The flight record's directory."""
        return self.place / "state" / "record"

    @property
    def pid(self) -> int:
        """The program's first process, as this machine numbers it."""
        if self._container is None:
            raise EnvironmentFault(f"{self.program.name} does not run")
        children = (
            Path(f"/proc/{self._container.pid}/task/{self._container.pid}/children").read_text().split()
        )
        if not children:
            raise EnvironmentFault(f"{self.program.name} has ended:\n{self.said()}")
        return int(children[0])

    def said(self) -> str:
        """The end of what the program printed."""
        return self.log.read_text(errors="replace")[-3000:]

    def start(self) -> None:
        """`sidecar init`, the agent, then the program. Raises EnvironmentFault when it does not come up."""
        source = f"file:{self._policy}" if self._policy else "builtin:learn"
        environment = {
            **os.environ,
            "OUTRIDER_CONTAINERS": self.program.name,
            "OUTRIDER_FAMILY": "programs",
            "OUTRIDER_POLICY": source,
            "OUTRIDER_ON_FAILURE": "security",
            "OUTRIDER_POLL_SECONDS": "1",
            "OUTRIDER_RECORD_BYTES": str(1 << 28),
            "OUTRIDER_DIR": str(self.place / "outrider"),
            "OUTRIDER_STATE_DIR": str(self.place / "state"),
        }
        with (self.place / "sidecar.log").open("ab") as log:
            run = [sys.executable, "-m", "sidecar"]
            done = subprocess.run(
                [*run, "init"], cwd=SOURCE, env=environment, stdout=log, stderr=log, check=False
            )
            if done.returncode:
                raise EnvironmentFault(f"sidecar init: {(self.place / 'sidecar.log').read_text()[-2000:]}")
            self._sidecar = subprocess.Popen(
                [*_DIES_WITH_US, *run, "agent"], cwd=SOURCE, env=environment, stdout=log, stderr=log
            )
        self.wait("the agent", (self.place / "outrider/run/agent.sock").exists)
        self._start_container()
        self.wait(f"{self.program.name} to come up", self._is_up)

    def _start_container(self) -> None:
        shared = self.place / "shm"
        shared.mkdir()
        shared.chmod(0o1777)
        (self.root / "outrider").mkdir()
        user = _user(self.root, self.program.user)
        supervisor = (
            "/outrider/bin/outrider-run",
            "--container",
            self.program.name,
            "--on-failure",
            "security",
        )
        orders = {
            "network": "",
            "root": str(self.root),
            "mounts": [(str(self.place / "outrider"), "/outrider", True), (str(shared), "/dev/shm", False)],  # noqa: S108 - the container's own
            "read_only": False,
            "capabilities": [BITS[name] for name in bounding_set(["SYS_PTRACE"], [])],
            "uid": user.pw_uid,
            "gid": user.pw_gid,
            "groups": [user.pw_gid],
            "directory": "/",
            "argv": [*supervisor, "--", *self.program.command],
            "environment": {
                "PATH": _PATH,
                "HOME": user.pw_dir,
                "HOSTNAME": "task",
                **self.program.environment,
            },
        }
        enclose = [*_DIES_WITH_US, "unshare", "--pid", "--mount", "--uts", "--ipc", "--fork"]
        enclose += ["--mount-proc", "--kill-child"]
        enclose += ["sh", "-c", 'hostname task && exec "$@"', "sh"]
        with self.log.open("ab") as log:
            self._container = subprocess.Popen(
                [*enclose, sys.executable, "-I", enter.__file__, json.dumps(orders)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, what: str, ready: Callable[[], bool]) -> None:
        """Wait until something is so. Raises EnvironmentFault when it never is."""
        deadline = time.monotonic() + self.program.patience
        while time.monotonic() < deadline:
            if ready():
                return
            if self._container is not None and self._container.poll() is not None:
                raise EnvironmentFault(f"{self.program.name} ended at once:\n{self.said()}")
            time.sleep(0.05)
        raise EnvironmentFault(f"waited in vain for {what}:\n{self.said()}")

    def _is_up(self) -> bool:
        if self.program.up is not None:
            return self.program.up(self)
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.program.port), 1):
            return True
        return False

    def processes(self, part: str) -> list[int]:
        """The program's processes whose command line has this in it, the oldest first."""
        namespace = os.readlink(f"/proc/{self.pid}/ns/pid")  # noqa: PTH115 - no file to resolve
        found = []
        for entry in sorted(Path("/proc").glob("[0-9]*"), key=_started):
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if os.readlink(entry / "ns/pid") == namespace and part in line and "outrider-run" not in line:  # noqa: PTH115
                    found.append(int(entry.name))
        return found

    def process(self, part: str, *, oldest: bool = False) -> int:
        """The newest of them; the first process for nothing."""
        if not part:
            return self.pid
        if found := self.processes(part):
            return found[0 if oldest else -1]
        raise EnvironmentFault(f"{self.program.name} has no process with {part!r}")

    def signal(self, name: str, part: str = "") -> None:
        """Send a signal, as `docker kill` does; `part` as in `process`, but the oldest one."""
        os.kill(self.process(part, oldest=True), signal.Signals[f"SIG{name}"])

    def events(self) -> list[Event]:
        """What the agent has recorded so far; nothing where none is at work, or nothing has come yet."""
        if not any(self.record.glob("*/*.flight")):
            return []
        return list(EventReader().read([str(self.record)]))

    def stop(self) -> None:
        """The stop signal, then the end; then the sidecar drains."""
        if self._container is not None and self._container.poll() is None:
            with suppress(ProcessLookupError, EnvironmentFault):
                self.signal(self.program.stop, self.program.master)
            try:
                self._container.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._container.kill()
                self._container.wait()
        if self._sidecar is not None:
            self._sidecar.send_signal(signal.SIGTERM)
            self._sidecar.wait()


@contextmanager
def living(room: Room, name: str, policy: Path | None, peers: Peers) -> Iterator[Life]:
    """A life from start to end. Its record stays until the room drops it."""
    life = Life(room, name, policy, peers)
    try:
        life.start()
        yield life
    finally:
        life.stop()


def _user(root: Path, name: str) -> pwd.struct_passwd:
    """A user of the image. Raises EnvironmentFault: it has none of that name."""
    for line in (root / "etc/passwd").read_text().splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return pwd.struct_passwd((name, "x", int(fields[2]), int(fields[3]), "", fields[5], fields[6]))
    raise EnvironmentFault(f"the image has no user {name}")


def _started(process: Path) -> int:
    """Ticks since boot (field 22 of /proc/PID/stat, proc(5)), 0 for one that is gone: numbers begin anew."""
    with suppress(OSError):
        return int((process / "stat").read_text().rpartition(")")[2].split()[19])
    return 0
