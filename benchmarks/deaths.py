"""How long a caller waits when the supervisor is killed; beside it, the longest wait when nobody is."""

import os
import signal
import time
from collections.abc import Sequence
from typing import IO

from benchmarks.benchmark import Benchmark, Rules, Series, Variant
from benchmarks.calls import starts
from benchmarks.memory import speaking
from benchmarks.stage import PATIENCE_SECONDS, Stage
from benchmarks.trial import Trial, TrialFailed
from outrider.model.pattern import quote

WINDOW_SECONDS = 0.1
"""In which the longest call is looked for: far more than a twin takes, so that one death is in it whole."""
WARM_SECONDS = 0.3


def _rules(stage: Stage) -> Rules:
    """What programs/pause.c does."""
    return [*starts(stage.program("pause")), {"kind": "write", "target": f"{quote(str(stage.tmpfs))}/*"}]


def _once(trial: Trial) -> Sequence[float]:
    stage = trial.stage
    with speaking(trial.wrap(stage.program("pause"), stage.tmpfs)) as (_, to, from_):
        time.sleep(WARM_SECONDS)
        _longest(to, from_)
        time.sleep(WINDOW_SECONDS)
        undisturbed = _longest(to, from_)
        _kill_the_supervisor(stage)
        time.sleep(WINDOW_SECONDS)
        return undisturbed, _longest(to, from_)


def _longest(to: IO[str], from_: IO[str]) -> float:
    """Microseconds, since this was asked last."""
    to.write("\n")
    to.flush()
    if not (said := from_.readline()):
        raise TrialFailed("programs/pause.c ended early")
    return int(said) / 1000


def _kill_the_supervisor(stage: Stage) -> None:
    """Back when the kernel has done it."""
    supervisor = stage.supervisors()[0]
    os.kill(supervisor, signal.SIGKILL)
    end = time.monotonic() + PATIENCE_SECONDS
    while supervisor in stage.supervisors():
        if time.monotonic() > end:
            raise TrialFailed("the supervisor was killed and is still there")


DEATHS = Benchmark(
    name="deaths",
    series=(
        Series("undisturbed", "the longest of all calls of a tenth of a second"),
        Series("death", "the same, and the supervisor is killed in it"),
    ),
    once=_once,
    rules=_rules,
    variants=(Variant.BLOCK,),
    rounds=101,
    quick_rounds=3,
    troubles=frozenset({"the supervisor died; its twin has taken over"}),
)
