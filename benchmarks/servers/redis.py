"""Debian's Redis under its own redis-benchmark: SET and GET, fifty clients, no pipelining."""

import csv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.benchmark import WITH_NOISE, Benchmark, Better, Rules, Series
from benchmarks.calls import starts
from benchmarks.stage import Stage
from benchmarks.trial import Trial, TrialFailed, run, serving

PROGRAM = Path("/usr/bin/redis-server")
WARM_UP = 20_000
"""Requests that are not counted; they tell how many make a trial of the right length."""
NORMAL_SECONDS, QUICK_SECONDS = 4, 1
"""Of each kind."""


def _rules(stage: Stage) -> Rules:
    """What Redis does: nothing but listen; it keeps its data in memory."""
    own = {"address": "127.0.0.1/32", "port": str(stage.port("redis")), "protocol": "tcp"}
    return [*starts(PROGRAM), {"kind": "bind", **own}]


def _load(port: int, requests: int) -> dict[str, float]:
    """Requests a second, by kind."""
    options = ("-h", "127.0.0.1", "-p", str(port), "-P", "1", "-t", "set,get", "-n", str(requests), "--csv")
    rows = csv.DictReader(run(("redis-benchmark", *options)).splitlines())
    return {row["test"]: float(row["rps"]) for row in rows}


def _once(trial: Trial) -> Sequence[float]:
    stage, port = trial.stage, trial.stage.port("redis")
    place = stage.work / "redis"
    place.mkdir(exist_ok=True)
    options = ("--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", place)
    with serving(trial.wrap(PROGRAM, *options), [port], place):
        seconds = QUICK_SECONDS if stage.quick else NORMAL_SECONDS
        slowest = min(_load(port, WARM_UP).values(), default=0)
        rates = _load(port, max(int(slowest * seconds), WARM_UP))
    if {"SET", "GET"} - rates.keys():
        raise TrialFailed(f"redis-benchmark measured {sorted(rates)}, not SET and GET")
    return rates["SET"], rates["GET"]


REDIS = Benchmark(
    name="redis",
    series=(
        Series("set", "Redis, SET", "requests/s", Better.HIGHER),
        Series("get", "Redis, GET", "requests/s", Better.HIGHER),
    ),
    once=_once,
    rules=_rules,
    variants=WITH_NOISE,
    needs=("redis-server", "redis-benchmark"),
)
