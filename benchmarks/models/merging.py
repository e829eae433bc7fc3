"""The models of 1,000 tasks of a busy application become one."""

import sys
from collections.abc import Sequence

from benchmarks.benchmark import Benchmark, Better, Series, Variant
from benchmarks.trial import Trial, run

TASKS = 1000


def _once(trial: Trial) -> Sequence[float]:
    said = run([sys.executable, "-m", "benchmarks.models.merge", str(trial.count(TASKS))])
    learned, merged, memory, entries, size = map(float, said.split())
    return learned * 1000, merged, memory, entries, size


MODEL_MERGE = Benchmark(
    name="model-merge",
    series=(
        Series("learn", "learning one task of 133 acts, time of a processor", "ms"),
        Series("merge", "merging the models of 1,000 tasks, time of a processor", "s"),
        Series("memory", "memory of that", "MiB"),
        Series("entries", "entries of the merged model", "entries", Better.LOWER),
        Series("size", "size of it as a file", "KiB"),
    ),
    once=_once,
    variants=(Variant.OURS,),
    rounds=3,
    quick_rounds=1,
)
