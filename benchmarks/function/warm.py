"""Warm invocations: what the proxy and the guard add to each, and what 10,000 of them leave behind."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.benchmark import Benchmark, Series, Variant
from benchmarks.function import local
from benchmarks.trial import Trial, TrialFailed
from outrider.cli.emulator.local_function import LocalFunction

COUNT = 300
ROUNDS = 15
"""More and shorter ones than usual: neighbours in a round are closer in time, and the machine has moods."""
MANY = 10_000
UNSEEN = 50
"""Invocations before measuring: connections, caches, the first look at everything."""

KIB = 1024.0


def request(number: int) -> dict[str, Any]:
    """Event `number` of the web handler: every fourth makes an order, the others look at one."""
    method, path = ("POST", "/orders") if number % 4 == 0 else ("GET", f"/orders/{number % 700}")
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
        "body": json.dumps({"name": f"customer {number}"}) if method == "POST" else None,
        "isBase64Encoded": False,
    }


def ask(function: LocalFunction, number: int) -> float:
    """One invocation; microseconds, as REPORT tells it: until the runtime asks for the next event.

    Raises TrialFailed unless it was answered with 200.
    """
    response = function.invoke(request(number))
    if response.error or response.json().get("statusCode") != 200:
        raise TrialFailed(f"invocation {number}: {response.error or response.payload[:200]!r}")
    return response.duration_ms * 1e3


def _warm(trial: Trial) -> Sequence[float]:
    with local.running(trial.stage, trial.variant, "web", local.PYTHON) as function:
        for number in range(UNSEEN):
            ask(function, number)
        return (median(ask(function, number) for number in range(trial.count(COUNT))),)


def _lasting(trial: Trial) -> Sequence[float]:
    """The extension's memory, the guard's private pages, their growth, and acts that were stopped."""
    with local.running(trial.stage, trial.variant, "web", local.PYTHON) as function:
        for number in range(UNSEEN):
            ask(function, number)
        before = memory()
        for number in range(trial.count(MANY)):
            ask(function, number)
        after = memory()
        function.shutdown()
        stopped = sum(_is_deviation(line.text) for line in function.log_lines)
    return (after["extension"], after["guard"], sum(after.values()) - sum(before.values()), stopped)


def _is_deviation(line: str) -> bool:
    """Whether a log line tells of an act that was stopped, or would have been."""
    if not line.startswith('{"schema":"outrider.event/'):
        return False
    said = json.loads(line)
    return said.get("type") == "event" and said.get("verdict") in ("alert", "block")


def memory() -> dict[str, float]:
    """KiB: the extension's processes (shared pages divided), and what the guard has of its own everywhere."""
    found = {"extension": 0.0, "guard": 0.0}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            program = (entry / "exe").readlink()
            if program.parts[-2:] == ("extensions", "outrider"):
                found["extension"] += _field((entry / "smaps_rollup").read_text(), "Pss")
            elif "python" in program.name:
                found["guard"] += _of_guard((entry / "smaps").read_text())
        except OSError:
            continue
    if not found["extension"]:
        raise TrialFailed("the extension's process was not found: only root may look")
    return found


def _of_guard(maps: str) -> float:
    """Private pages of guard.so's mappings."""
    total, ours = 0.0, False
    for line in maps.splitlines():
        words = line.split()
        if "-" in words[0] and len(words) >= 5 and not words[0].endswith(":"):
            ours = line.endswith("/outrider/lib/guard.so")
        elif ours and words[0] in ("Private_Dirty:", "Private_Clean:"):
            total += float(words[1])
    return total


def _field(text: str, name: str) -> float:
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith(f"{name}:")))


WARM = (
    Benchmark(
        name="function-warm",
        series=(Series("invoke", "one warm invocation of a web handler"),),
        once=_warm,
        variants=(Variant.BARE, *local.LAYERED, Variant.AGAIN),
        rounds=ROUNDS,
    ),
    Benchmark(
        name="function-lasting",
        series=(
            Series("extension", "the extension after 10,000 invocations", "KiB"),
            Series("guard", "the guard's own pages, all processes", "KiB"),
            Series("growth", "growth over 10,000 invocations", "KiB"),
            Series("stopped", "acts of a web handler that were stopped", "acts"),
        ),
        once=_lasting,
        variants=local.LAYERED,
        rounds=1,
        quick_rounds=1,
    ),
)
