"""Nothing may stay behind: no process, no mount, no network link. Looked at, not assumed."""

import ctypes
import json
import os
import subprocess
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
PATIENCE_SECONDS = 10


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own: then none can hide by daemonising."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def mounts(places: Collection[Path]) -> frozenset[str]:
    """What is mounted at or below these directories."""
    points = {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}
    return frozenset(point for point in points if any(Path(point).is_relative_to(place) for place in places))


def left_behind(places: Collection[Path], before: frozenset[str], addresses: Collection[str]) -> list[str]:
    """What is still here, in words; waits a moment for what is just going.

    Mounts at `places` that were not there `before`, network links with one of `addresses`, and processes.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := _found(places, before, addresses)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _found(places: Collection[Path], before: frozenset[str], addresses: Collection[str]) -> list[str]:
    found = [f"mount {path}" for path in sorted(mounts(places) - before)]
    found += [f"network link {name}" for name in _links(addresses)]
    return found + [f"process {name}" for name in _children()]


def _links(addresses: Collection[str]) -> list[str]:
    if not addresses:
        return []
    done = subprocess.run(("ip", "-json", "address", "show"), capture_output=True, text=True, check=True)
    return [
        link["ifname"]
        for link in json.loads(done.stdout)
        if any(entry.get("local") in addresses for entry in link.get("addr_info", ()))
    ]


def _children() -> list[str]:
    """Our descendants that still run; those that have ended are reaped."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text()
        except OSError:
            continue
        name, _, rest = text.rpartition(")")
        state, parent = rest.split()[:2]
        if int(parent) == os.getpid():
            pid = int(entry.parent.name)
            if state == "Z":
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            else:
                found.append(f"{pid} {name.partition('(')[2]}")
    return found
