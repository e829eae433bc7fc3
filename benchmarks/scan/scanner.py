"""A scanner's run from outside: how long it took, and what it and its processes held at their most."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.benchmark import Series, Variant
from benchmarks.stage import ROOT
from benchmarks.trial import TIMEOUT_SECONDS, TrialFailed

RIVALS: Mapping[Variant, tuple[str, ...]] = {
    Variant.SYFT: ("syft", "scan", "oci-dir:{}", "--quiet", "--output", "json"),
    Variant.GRYPE: ("grype", "oci-dir:{}", "--quiet", "--output", "json"),
    Variant.TRIVY: (
        *("trivy", "image", "--quiet", "--input", "{}"),
        *("--scanners", "secret", "--list-all-pkgs", "--format", "json"),
    ),
}
"""How each looks into an OCI layout. Trivy without vulnerabilities: its database is not ours to fetch."""

BESIDE = (Variant.OURS, *(rival for rival, words in RIVALS.items() if shutil.which(words[0])))
"""Outrider, and who else is on PATH."""

_LOOK_SECONDS = 0.05


def series(what: str) -> tuple[Series, Series, Series]:
    """What `timed` tells of a scan."""
    return (
        Series("time", what, "s"),
        Series("memory", f"{what}: memory of all processes", "MiB"),
        Series("cpu", f"{what}: time of processors", "s"),
    )


def outrider(*words: str) -> list[str]:
    """The command line, as the console script runs it."""
    return [sys.executable, "-c", "from outrider.cli.main import main; main()", "scan", *words]


def command(variant: Variant, layout: Path, *words: str) -> list[str]:
    """What scans a layout."""
    if variant is Variant.OURS:
        return outrider(f"oci:{layout}", "--format", "json", *words)
    return [word.replace("{}", str(layout)) for word in RIVALS[variant]]


def timed(words: Sequence[str], cache: Path, allowed: Sequence[int] = (0, 3)) -> tuple[float, float, float]:
    """(Seconds, MiB, seconds of processors).

    MiB: of all processes together at any one moment, pages they share counted once.
    Memory is looked at every 50 ms. Raises TrialFailed unless it exits as `allowed` (3: without a database
    not everything could be looked at).
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"OUTRIDER_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    most, before = 0.0, _processors()
    cache.parent.mkdir(parents=True, exist_ok=True)
    report = cache.with_name(f"{cache.name}.json")
    started = time.perf_counter()
    with (
        report.open("wb") as output,
        subprocess.Popen(
            words, env=environment, stdout=output, stderr=subprocess.PIPE, text=True, cwd=ROOT
        ) as process,
    ):
        while process.poll() is None:
            most = max(most, sum(_held(pid) for pid in _family(process.pid)))
            if time.perf_counter() - started > TIMEOUT_SECONDS:
                process.kill()
                raise TrialFailed(f"{words[0]} did not end in {TIMEOUT_SECONDS:.0f} s")
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_SECONDS)
        took = time.perf_counter() - started
        said = process.stderr.read() if process.stderr else ""
    if process.returncode not in allowed:
        raise TrialFailed(f"{Path(words[0]).name} exited {process.returncode}: {said[-500:]}")
    if words[0] == sys.executable:
        _check(report)
    return took, most / 1024, _processors() - before


def _check(report: Path) -> None:
    """Raise TrialFailed where a part was not read: that would be quick, and no scan."""
    outcomes = json.loads(report.read_text())["outcomes"]
    unread = [
        f"{one['subject']}: {one['error']}"
        for one in outcomes
        if one["outcome"] == "failed" and one["subject"].startswith(("layer", "part", "links"))
    ]
    if unread:
        raise TrialFailed(f"not everything was read: {'; '.join(unread)[:500]}")


def _processors() -> float:
    """Seconds that processes we waited for, and theirs, have had."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _family(pid: int) -> Iterator[int]:
    """A process and all it started."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _held(pid: int) -> float:
    """KiB; a page that n processes share counts 1/n in each."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    return 0.0
