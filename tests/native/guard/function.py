"""A function's environment as the guard finds it: policy, state page, extension's socket; programs in it."""

import contextlib
import mmap
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from outrider.model.event import Event, FrameType
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy
from outrider.runtime.wire import FrameDecoder

KINDS = ("exec", "connect", "bind", "write", "syscall", "resolve", "read", "load")
PATIENCE = 20.0
"""Seconds after which a test gives up waiting. Nothing is asserted about time."""

MAGIC = 0x3154535252545554
GENERATION_AT, PROXY_AT, EXTENSION_AT, WORKER_AT, RUNTIME_AT, PHASE_AT, LEARNING_AT = range(12, 40, 4)
EMITTED_AT, DROPPED_AT, FORKS_AT = 48, 56, 64
PAGE = 4096


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
    document = {"version": 1, "workload": "test", "counter": counter, "containers": {"function": container}}
    return compile_policy(PolicyDocument.model_validate(document), "function")


class Extension:
    """The state page and a socket that takes every event."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700)
        self.directory = directory
        state = directory / "state"
        state.write_bytes(struct.pack("<QI", MAGIC, 1).ljust(PAGE, b"\0"))
        with state.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), PAGE)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(str(directory / "events"))
        self._came = threading.Condition()
        self._events: list[Event] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while data := self._socket.recv(65536):
            decoded = FrameDecoder().feed(data)
            with self._came:
                self._events += decoded
                self._came.notify_all()

    def set(self, at: int, value: int) -> None:
        """Write a word of the state page."""
        struct.pack_into("<I", self._page, at, value)

    def get(self, at: int, form: str = "<I") -> int:
        """Read one."""
        return int(struct.unpack_from(form, self._page, at)[0])

    @property
    def events(self) -> list[Event]:
        """Everything that came so far; what was sent before is in it, for the socket keeps the order."""
        mark = f"mark {time.monotonic_ns()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            fields = struct.pack("<HH", 18, len(mark)) + mark.encode()
            sender.sendto(
                struct.pack("<IHHQQQQ", 36 + len(fields), 1, 7, 0, 0, 0, 0) + fields,
                str(self.directory / "events"),
            )
        self.wait(lambda event: event.message == mark)
        with self._came:
            self._events = [event for event in self._events if event.message != mark]
            return list(self._events)

    def acts(self, **wanted: Any) -> list[Event]:
        """Events of acts whose fields are these."""
        found = [event for event in self.events if event.type is FrameType.EVENT]
        return [event for event in found if all(getattr(event, k) == v for k, v in wanted.items())]

    def wait(self, wanted: Callable[[Event], bool]) -> Event:
        """The first such event, once it has come."""
        end = time.monotonic() + PATIENCE
        with self._came:
            while True:
                for event in self._events:
                    if wanted(event):
                        return event
                assert self._came.wait(end - time.monotonic()), f"no such event; last {self._events[-3:]}"

    def more(self, count: int, seconds: float) -> None:
        """Wait until so many more have come, or so long."""
        with self._came:
            before = len(self._events)
            self._came.wait_for(lambda: len(self._events) >= before + count, seconds)

    def close(self) -> None:
        """End of the environment."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)
        self._thread.join()
        self._socket.close()
        self._page.close()


class Function:
    """Runs programs under the guard."""

    def __init__(self, guard: Path, place: Path) -> None:
        self.guard, self.place = guard, place
        self.directory = place / "state"
        self.root = place / "opt"
        self.settings: dict[str, str] = {}
        self.extension: Extension | None = None

    def listen(self) -> Extension:
        """Start the extension's side."""
        self.extension = Extension(self.directory)
        return self.extension

    def environment(self, blob: bytes) -> dict[str, str]:
        """What the wrapper would set, for this policy."""
        path = self.place / "function.policy"
        path.write_bytes(blob)
        given = {k: v for k, v in os.environ.items() if not k.startswith(("OUTRIDER_", "LD_"))}
        return given | {
            "LD_PRELOAD": str(self.guard),
            "OUTRIDER_GUARD": str(path),
            "OUTRIDER_DIR": str(self.directory),
            "OUTRIDER_ROOT": str(self.root),
            **self.settings,
        }

    def start(self, command: Sequence[str | Path], blob: bytes, **options: Any) -> subprocess.Popen[str]:
        """Start a program."""
        extra: Mapping[str, str] = options.pop("env", {})
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [str(word) for word in command],
            env=self.environment(blob) | extra,
            text=True,
            **(pipes | {"cwd": self.place} | options),
        )

    def run(
        self, command: Sequence[str | Path], blob: bytes, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run one to its end."""
        process = self.start(command, blob, **options)
        out, err = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def python(self, code: str, blob: bytes, *arguments: str, **options: Any) -> str:
        """Run Python code that must succeed; what it printed."""
        done = self.run([sys.executable, "-c", code, *arguments], blob, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout
