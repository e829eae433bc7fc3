"""What is measured of supervisors while the soak runs, and what the sidecar counted."""

import contextlib
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from supervised import Supervised, cmdline, status

MEMORY_MOST_KIB = 2048
"""Of resident memory, ever."""
MEMORY_STEP_KIB = 256
"""Of resident memory: the stacks of 13 threads, 20 KiB of each, are touched for the first time when each
meets its deepest call, which may be late in a short run. A leak of 16 bytes a call is more in ten minutes."""
DESCRIPTORS_MOST = 256
"""13 threads keep two of each of the 8 tasks that they remember; the rest is open while a call is."""


class Container(Supervised):
    """One of several that share the volume, as the containers of a task do."""

    def __init__(self, binary: Path, volume: Path, name: str) -> None:
        super().__init__(binary, volume)
        self.name = name

    def pids(self) -> list[int]:
        named = f"--container\0{self.name}\0".encode()
        return [pid for pid in super().pids() if named in cmdline(pid)]


@dataclass(frozen=True)
class Sample:
    seconds: float
    kib: int
    descriptors: int


@dataclass
class Measured:
    """One process of a supervisor."""

    pid: int
    samples: list[Sample] = field(default_factory=list)

    def take(self, seconds: float) -> None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            kib = int(status(self.pid)["VmRSS"].split()[0])
            self.samples.append(Sample(seconds, kib, len(list(Path(f"/proc/{self.pid}/fd").iterdir()))))

    def third(self, number: int) -> list[Sample]:
        size = len(self.samples) // 3
        return self.samples[number * size : (number + 1) * size]

    def growth(self) -> tuple[int, int]:
        """KiB and descriptors, of the last third of the time over the second: the first is for warming up."""
        second, last = self.third(1), self.third(2)
        kib = max(s.kib for s in last) - max(s.kib for s in second)
        return kib, max(s.descriptors for s in last) - max(s.descriptors for s in second)

    def problems(self) -> list[str]:
        if len(self.samples) < 9:
            return [f"{self.pid} was seen {len(self.samples)} times only"]
        kib, _ = self.growth()
        most = max(sample.descriptors for sample in self.samples)
        found = [f"{self.pid} grew by {kib} KiB"] if kib > MEMORY_STEP_KIB else []
        if (held := max(sample.kib for sample in self.samples)) > MEMORY_MOST_KIB:
            found.append(f"{self.pid} held {held} KiB")
        return found + ([f"{self.pid} had {most} descriptors"] if most > DESCRIPTORS_MOST else [])


class Watched:
    """The processes of all supervisors, from start to end the same ones."""

    def __init__(self, supervisors: dict[str, Container]) -> None:
        self.processes = {name: [Measured(pid) for pid in each.both()] for name, each in supervisors.items()}
        self._began = time.monotonic()

    def look(self) -> None:
        for processes in self.processes.values():
            for process in processes:
                process.take(time.monotonic() - self._began)

    def problems(self) -> list[str]:
        return [f"{n}: {p}" for n, each in self.processes.items() for m in each for p in m.problems()]

    def lines(self) -> list[str]:
        return [
            f"{name:<8} {role:<10} {m.samples[-1].kib:>6} KiB, grew {m.growth()[0]:>4}; "
            f"{m.samples[-1].descriptors:>3} descriptors, {m.growth()[1]:+d}"
            for name, each in self.processes.items()
            for role, m in zip(("supervisor", "twin"), each, strict=True)
            if len(m.samples) > 2
        ]


def accounts(environment: dict[str, str]) -> dict[str, list[dict[str, int]]]:
    """By container, the tally of each life of its supervisor, as the sidecar tells it."""
    command = [sys.executable, "-m", "sidecar", "health"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    containers = json.loads(said.stdout or "{}").get("containers", {})  # it may have begun only just now
    return {name: list(each["instances"].values()) for name, each in containers.items()}


def unbalanced(counted: dict[str, list[dict[str, int]]]) -> list[str]:
    """Received and dropped are to be what was emitted."""
    if not counted:
        return ["the sidecar tells nothing"]
    wrong = [f"{name}: {len(each)} lives" for name, each in counted.items() if len(each) != 1]
    return wrong + [
        f"{name}: {tally}"
        for name, each in counted.items()
        for tally in each
        if tally["received"] + tally["dropped"] != tally["last_seq"] or not tally["received"]
    ]
