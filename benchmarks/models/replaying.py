"""A million events of a flight record under a policy: what would it have stopped?"""

import sys
from collections.abc import Sequence

from benchmarks.benchmark import Benchmark, Series, Variant
from benchmarks.trial import Trial, run

EVENTS = 1_000_000


def _once(trial: Trial) -> Sequence[float]:
    said = run([sys.executable, "-m", "benchmarks.models.replay", str(trial.count(EVENTS))])
    read, replayed, memory, size = map(float, said.split())
    return read, replayed, memory, size


REPLAY = Benchmark(
    name="replay",
    series=(
        Series("read", "reading 1,000,000 events of a flight record, time of a processor", "s"),
        Series("replay", "deciding them anew by a policy that was learned, time of a processor", "s"),
        Series("memory", "memory of both", "MiB"),
        Series("size", "size of the record", "MiB"),
    ),
    once=_once,
    variants=(Variant.OURS,),
    rounds=3,
    quick_rounds=1,
)
