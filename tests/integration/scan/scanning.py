"""Runs `outrider` as a user does, in a process of its own, and reads its reports."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
CACHE = ROOT / ".cache" / "scan"
"""What takes long to make and needs the network: kept from one run of the tests to the next."""

_PROGRAM = (sys.executable, "-c", "from outrider.cli.main import main; main()")

Fixes = set[tuple[str, str, str, tuple[str, ...]]]
"""(package, version, id, fixed versions)."""


def outrider(*arguments: object, env: Mapping[str, str] | None = None, status: Iterable[int] = (0,)) -> str:
    """Call it, expect one of these exit statuses, and give what it printed."""
    command = [*_PROGRAM, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in status, (done.returncode, command[3:], done.stderr[-3000:], done.stdout[-2000:])
    return done.stdout


def scan(*arguments: object, env: Mapping[str, str] | None = None, status: Iterable[int] = (0,)) -> Any:
    """The JSON report of a scan that remembers nothing."""
    return json.loads(outrider("scan", *arguments, "--no-cache", "--json", env=env, status=status))


def failed(report: Any) -> list[Any]:
    """Outcomes of what could not be looked at."""
    return [outcome for outcome in report["outcomes"] if outcome["outcome"] == "failed"]


def fixes(report: Any) -> Fixes:
    """Each finding as a value to compare."""
    found = report["vulnerabilities"]
    assert len({(one["package"]["ref"], one["package"]["path"], one["id"]) for one in found}) == len(found)
    return {
        (one["package"]["name"], one["package"]["version"], one["id"], tuple(one["fixed"])) for one in found
    }
