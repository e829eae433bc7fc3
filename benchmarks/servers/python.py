"""A small web application on Python's own http.server: see app.py."""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.benchmark import WITH_NOISE, Benchmark, Better, Rules, Series
from benchmarks.calls import starts
from benchmarks.servers.wrk import requests_per_second
from benchmarks.stage import Stage
from benchmarks.trial import Trial, serving

APPLICATION = Path(__file__).with_name("app.py")
INTERPRETER = Path(sys.executable)


def _rules(stage: Stage) -> Rules:
    """What the application does: listen."""
    own = {"address": "127.0.0.1/32", "port": str(stage.port("python")), "protocol": "tcp"}
    return [*starts(INTERPRETER), {"kind": "bind", **own}]


def _once(trial: Trial) -> Sequence[float]:
    stage, port = trial.stage, trial.stage.port("python")
    place = stage.work / "python"
    place.mkdir(exist_ok=True)
    with serving(trial.wrap(INTERPRETER, "-B", "-I", APPLICATION, port), [port], place):
        return (requests_per_second(stage, port, "/products?page=2"),)


PYTHON = Benchmark(
    name="python",
    series=(Series("requests", "Python http.server, JSON, keep-alive", "requests/s", Better.HIGHER),),
    once=_once,
    rules=_rules,
    variants=WITH_NOISE,
    needs=("wrk",),
)
