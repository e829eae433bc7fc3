"""Where benchmarks take place: a task volume with the supervisor and an agent, directories, ports."""

import contextlib
import json
import os
import platform
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import outrider
from benchmarks import policies, programs
from benchmarks.benchmark import SUPERVISED, Benchmark, Variant
from outrider.errors import EnvironmentFault

ROOT = Path(__file__).parents[1]
NATIVE = Path(outrider.__file__).parent / "_native"
SUPERVISOR = "outrider-run"
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the tmpfs that every Linux has
PATIENCE_SECONDS = 30.0
_LOWEST_PORT = 15000


@dataclass
class Stage:
    """One run's surroundings."""

    work: Path
    disk: Path
    """A directory on the file system of the checkout."""
    tmpfs: Path
    quick: bool
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def volume(self) -> Path:
        """The task volume."""
        return self.work / "volume"

    @property
    def supervisor(self) -> Path:
        """The copy of outrider-run on the volume: by it our processes are known from others'."""
        return self.volume / "bin" / SUPERVISOR

    def program(self, name: str) -> Path:
        """One of the C programs."""
        return programs.compiled(name, ROOT / ".cache" / "benchmarks" / "programs")

    def dynamic_program(self, name: str) -> Path:
        """One of the C programs, linked with glibc."""
        return programs.compiled(name, ROOT / ".cache" / "benchmarks" / "programs", programs.DYNAMIC)

    def port(self, name: str) -> int:
        """A port of 127.0.0.1 that stays the same for the run; policies name it."""
        if name not in self.ports:
            self.ports[name] = _free_port(set(self.ports.values()))
        return self.ports[name]

    def file(self, name: str) -> Path:
        """An existing file on the tmpfs."""
        path = self.tmpfs / name
        path.touch()
        return path

    def container(self, benchmark: Benchmark, variant: Variant) -> str:
        """What a supervised trial calls its container."""
        return f"{variant}-{benchmark.name}"

    def install_policies(self, benchmark: Benchmark) -> None:
        """Put the benchmark's policies where its supervisors will look."""
        for variant in SUPERVISED:
            name = self.container(benchmark, variant)
            blob = (
                policies.alert(name)
                if variant is Variant.ALERT
                else policies.block(name, benchmark.rules(self))
            )
            (self.volume / "policy" / f"{name}.policy").write_bytes(blob)

    def supervisors(self) -> list[int]:
        """Pids of our supervisors and their twins, the one in charge first. (A launching process has become
        the application.)"""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and (entry / "exe").readlink() == self.supervisor:
                    found.append(int(entry.name))
        return sorted(found, key=lambda pid: not _watches(pid))

    def settle(self) -> None:
        """Wait until the supervisors of the last trial have told their last and are gone."""
        end = time.monotonic() + PATIENCE_SECONDS
        while left := self.supervisors():
            if time.monotonic() > end:
                raise EnvironmentFault(
                    f"supervisors are still there after their application has ended: {left}",
                    hint="this is a defect of outrider-run.",
                )
            time.sleep(0.01)


class Agent:
    """The agent's process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.seen: dict[str, Any] = {}
        """What it said when it was stopped."""

    def stop(self) -> None:
        """End it, and keep what it has seen. Raises EnvironmentFault when it had ended by itself."""
        if self.seen:
            return
        self._process.terminate()
        out, _ = self._process.communicate(timeout=PATIENCE_SECONDS)
        if not out:
            raise EnvironmentFault("the benchmarks' agent died", hint="its last words are above.")
        self.seen = json.loads(out)


@contextlib.contextmanager
def opened(*, quick: bool) -> Iterator[tuple[Stage, Agent]]:
    """Set the stage; afterwards nothing of it is left. Raises EnvironmentFault: the binary is not built."""
    binary = NATIVE / platform.machine() / SUPERVISOR
    if not binary.is_file():
        raise EnvironmentFault(f"{binary} is not there", hint="build it: python native/build.py.")
    cache = ROOT / ".cache" / "benchmarks"
    cache.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        stage = Stage(
            _directory(stack, Path(tempfile.gettempdir())),
            _directory(stack, cache),
            _directory(stack, SHARED_MEMORY),
            quick,
        )
        for part in ("bin", "policy", "run"):
            (stage.volume / part).mkdir(parents=True)
        shutil.copy2(binary, stage.supervisor)
        agent = _start_agent(stage.volume / "run" / "agent.sock")
        stack.callback(_end_all, stage, agent)
        yield stage, agent


def _watches(pid: int) -> bool:
    """Whether it has an inotify descriptor, as of a supervisor and its twins the one in charge has."""
    with contextlib.suppress(OSError):
        return any("inotify" in str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir())
    return False


def _directory(stack: contextlib.ExitStack, parent: Path) -> Path:
    """A temporary directory that other users may enter: servers give up being root."""
    temporary = tempfile.TemporaryDirectory(prefix="outrider-bench-", dir=parent)
    made = Path(stack.enter_context(temporary)).resolve()
    made.chmod(0o755)
    return made


def _start_agent(path: Path) -> Agent:
    """Start it and wait for its socket."""
    command = (sys.executable, "-m", "benchmarks.agent", path)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    while not path.exists():
        if process.poll() is not None:
            raise EnvironmentFault(
                "the benchmarks' agent did not start", hint=f"try: {sys.executable} -m benchmarks.agent X"
            )
        time.sleep(0.01)
    return Agent(process)


def _end_all(stage: Stage, agent: Agent) -> None:
    """Also after an interruption in the middle of a trial."""
    for pid in stage.supervisors():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
    agent.stop()


def _free_port(taken: set[int]) -> int:
    """Below the ports that the kernel gives to clients: those of a load generator would get in the way."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    choice = random.Random()  # noqa: S311 - not a secret
    for port in (choice.randrange(_LOWEST_PORT, max(first, _LOWEST_PORT + 1000)) for _ in range(1000)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in taken:
                return port
    raise EnvironmentFault("no free port on 127.0.0.1")
