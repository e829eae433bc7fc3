"""What the tests of the refresh say to its programs."""

import struct
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PAGE = 4096
MAGIC = 0x3154535252545554
GENERATION_AT, INVOCATIONS_AT = 12, 40
PATIENCE = 30.0
"""Seconds after which a test gives up waiting. Nothing is asserted about time."""


@dataclass
class Line:
    """A program that answers each line with a line."""

    process: subprocess.Popen[str]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, line: str) -> str:
        assert self.process.stdin and self.process.stdout
        with self.lock:
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()
            return self.process.stdout.readline().rstrip("\n")


@dataclass
class Worker:
    """ticking.c with a state directory."""

    program: Path
    directory: Path
    environment: dict[str, str]
    line: Line = field(init=False)
    state: Path = field(init=False)

    def __enter__(self) -> "Worker":
        self.state = self.directory / "state"
        page = bytearray(PAGE)
        struct.pack_into("<QI", page, 0, MAGIC, 1)
        struct.pack_into("<Q", page, INVOCATIONS_AT, 1)
        self.state.write_bytes(page)
        environment = {"OUTRIDER_DIR": str(self.directory), **self.environment}
        process = subprocess.Popen(
            [self.program, self.state],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.line = Line(process)
        return self

    def __exit__(self, *_: object) -> None:
        self.line.process.kill()
        self.line.process.communicate()

    def tick(self) -> tuple[int, str]:
        generation, _, told = self.line.ask("tick").partition(" ")
        return int(generation), told

    def until(self, happened: Callable[[tuple[int, str]], bool]) -> tuple[int, str]:
        """Tick until something is so, as the worker does when it has nothing else to do."""
        end = time.monotonic() + PATIENCE
        while True:
            last = self.tick()
            if happened(last):
                return last
            assert time.monotonic() < end, f"it never happened; last: {last}"
            time.sleep(0.02)  # a tick's distance, not a wait for anything

    def told(self) -> tuple[int, str]:
        """The next thing it has to tell."""
        return self.until(lambda last: bool(last[1]))

    def taken(self) -> tuple[int, str]:
        """What it said when it had put a policy in force, or had something to tell."""
        return self.until(lambda last: bool(last[0] or last[1]))

    def children(self) -> list[str]:
        pid = self.line.process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()

    def in_force(self) -> dict[str, bytes]:
        """Files policy.<generation> in the state directory."""
        return {path.name: path.read_bytes() for path in sorted(self.directory.glob("policy.*"))}
