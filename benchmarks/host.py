"""Where the figures come from: figures without their machine mean nothing."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.stage import NATIVE, SUPERVISOR, Stage

_VERSIONS: Mapping[str, tuple[str, ...]] = {
    "nginx": ("nginx", "-v"),
    "redis": ("redis-server", "--version"),
    "wrk": ("wrk", "--version"),
}
_NUMBER = re.compile(r"\d+(?:\.\d+)+")


def describe(stage: Stage, agent: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON values. What a supervisor said of itself goes before what the probe says it could do."""
    probe = json.loads(_said(str(stage.supervisor), "probe"))
    return {
        "kernel": f"{platform.release()} {platform.machine()}",
        "cpu": _cpu(),
        "cpus": len(os.sched_getaffinity(0)),
        "engine": agent.get("engine") or probe["engine"],
        "features": agent.get("features") or [name for name, has in probe.items() if has is True],
        "outrider": _said(str(stage.supervisor), "--version").split()[-1],
        "file_systems": {"tmpfs": _file_system(stage.tmpfs), "disk": _file_system(stage.disk)},
        "versions": {"python": platform.python_version(), **_versions()},
        "load_average": list(os.getloadavg()),
    }


def sizes() -> dict[str, int]:
    """Bytes of the supervisor, by architecture, of those that are built."""
    binaries = sorted(NATIVE.glob(f"*/{SUPERVISOR}"))
    return {path.parent.name: path.stat().st_size for path in binaries}


def _cpu() -> str:
    """Its name, where the kernel knows one."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _file_system(path: Path) -> str:
    """Type of the file system that a path is on."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    on = [mount for mount in mounts if path.is_relative_to(mount[1])]
    return max(on, key=lambda mount: len(mount[1]))[2]


def _versions() -> dict[str, str]:
    """Of the servers and load generators that are installed."""
    found = {name: _NUMBER.search(_said(*command)) for name, command in _VERSIONS.items()}
    return {name: match[0] for name, match in found.items() if match}


def _said(*command: str) -> str:
    """What a command prints, on either stream; nothing when there is no such command."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout + done.stderr
