"""A layer's root for the wrapper, the programs it starts, and what they saw."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outrider.model.event import Event, FrameType
from outrider.policy.document import PolicyDocument
from outrider.policy.lowering import compile_policy
from outrider.runtime.jsonl import from_line

TELL = """\
import json, os, sys
print(json.dumps({"argv": sys.argv[1:], "env": dict(os.environ), "pid": os.getpid(),
                  "preload": os.environ.get("LD_PRELOAD")}))
"""
"""A runtime that says what it was started with."""

CLEAN = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "EMPTY": "", "ODD": "a=b\n'\"\xff"}


def policy(mode: str = "alert", *rules: dict[str, Any], counter: int = 1, **defaults: str) -> bytes:
    """A function's blob. What `defaults` does not name is allowed."""
    kinds = ("exec", "connect", "bind", "write", "syscall", "resolve", "read", "load", "invoke")
    container = {
        "mode": mode,
        "report_allowed": True,
        "defaults": dict.fromkeys(kinds, "allow") | defaults,
        "rules": [{"action": "allow", "why": "test", **rule} for rule in rules],
    }
    document = {"version": 1, "workload": "test", "counter": counter, "containers": {"function": container}}
    return compile_policy(PolicyDocument.model_validate(document), "function")


@dataclass
class Outcome:
    """How a start went."""

    pid: int
    status: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        """What TELL printed."""
        told: dict[str, Any] = json.loads(self.out)
        return told

    @property
    def troubles(self) -> list[Event]:
        """Lines on standard error: each must be an event of ours."""
        events = [from_line(line) for line in self.err.splitlines()]
        assert all(event.type is FrameType.TROUBLE for event in events)
        assert all(event.container == "function" for event in events)
        return events


@dataclass
class Stage:
    """Where the wrapper runs."""

    wrap: Path
    root: Path
    directory: Path
    """$OUTRIDER_DIR."""
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def guard(self) -> str:
        return str(self.root / "lib" / "guard.so")

    def plain(self, **more: str) -> dict[str, str]:
        """The environment that Lambda gives."""
        ours = {"OUTRIDER_ROOT": str(self.root), "OUTRIDER_DIR": str(self.directory)}
        return {**CLEAN, **ours, **self.environment, **more}

    def run(self, *command: str, **more: str) -> Outcome:
        """Start a command by the wrapper."""
        return run([str(self.wrap), *command], self.plain(**more))

    def tell(self, *arguments: str, **more: str) -> Outcome:
        """Start Python by the wrapper: it tells what it was started with."""
        return self.run(sys.executable, "-c", TELL, *arguments, **more)


def run(command: list[str], environment: dict[str, str]) -> Outcome:
    encoded = {key.encode(): value.encode("latin-1") for key, value in environment.items()}
    with subprocess.Popen(command, env=encoded, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=60)
    return Outcome(process.pid, process.returncode, out.decode(), err.decode())


def without_us(stage: Stage, *arguments: str, **more: str) -> dict[str, Any]:
    """What Python tells when there is no wrapper at all."""
    return run([sys.executable, "-c", TELL, *arguments], stage.plain(**more)).told
