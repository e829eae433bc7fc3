"""What the exec wrapper itself adds to the start of a runtime: the guard is the same with it and without."""

import os
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.benchmark import Benchmark, Series, Variant
from benchmarks.function import local
from benchmarks.stage import Stage
from benchmarks.trial import Trial, TrialFailed
from outrider.cli.emulator import layers

STARTS = 200


def _root(stage: Stage) -> Path:
    """The layer's own directory, as /opt/outrider."""
    opt = stage.work / "opt"
    if not opt.exists():
        layers.merge((local.layer(stage) / f"outrider-layer-{platform.machine()}.zip",), opt)
    return opt / "outrider"


def _started(words: list[str], environment: Mapping[str, str]) -> float:
    """Microseconds from start to end of a program that does nothing."""
    begin = time.perf_counter()
    _, status = os.waitpid(os.posix_spawn(words[0], words, environment), 0)
    took = time.perf_counter() - begin
    if status:
        raise TrialFailed(f"{words} ended with status {os.waitstatus_to_exitcode(status)}")
    return took * 1e6


def _once(trial: Trial) -> Sequence[float]:
    root = _root(trial.stage)
    words = [str(trial.stage.dynamic_program("nothing"))]
    environment = {
        "OUTRIDER_ROOT": str(root),
        "OUTRIDER_DIR": str(trial.stage.work / "no-extension"),
        "OUTRIDER_MODE": "block",
        "OUTRIDER_ON_FAILURE": "security",  # a start without the guard is none
    }
    if trial.variant is Variant.BLOCK:
        words.insert(0, str(root / "bin" / "wrap"))
    else:
        policy = root / "policy" / "block.policy"
        environment |= {"LD_PRELOAD": str(root / "lib" / "guard.so"), "OUTRIDER_GUARD": str(policy)}
    return (median(_started(words, environment) for _ in range(trial.count(STARTS))),)


WRAPPING = (
    Benchmark(
        name="function-wrap",
        series=(Series("start", "start of a guarded program, by the wrapper"),),
        once=_once,
        variants=(Variant.BARE, Variant.BLOCK, Variant.AGAIN),
    ),
)
