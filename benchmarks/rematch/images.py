"""100,000 images against 500 new advisories, through the inverted index; and what the index costs."""

import sys
from collections.abc import Sequence

from benchmarks.benchmark import Benchmark, Better, Series, Variant
from benchmarks.trial import Trial, run
from scanner_lambda.compaction import BATCH

IMAGES = 100_000
STEP = BATCH
"""Images whose appending and compaction are timed: compaction takes in so many at a time."""


def _once(trial: Trial) -> Sequence[float]:
    made = trial.stage.work / "account-index"
    facts = trial.stage.work / "account-index.facts"
    if not facts.exists():
        words = (
            "-m",
            "benchmarks.rematch.account",
            str(made),
            str(trial.count(IMAGES)),
            str(trial.count(STEP)),
        )
        facts.write_text(run([sys.executable, *words], timeout=1800))
    appended, compacted, pending, size = map(float, facts.read_text().split())
    words = ("-m", "benchmarks.rematch.match", str(made / "all"))
    took, held, artifacts, told, versions, _ = map(float, run([sys.executable, *words]).split())
    per_image = appended / trial.count(STEP) * 1000
    return took, held, artifacts, told, versions, size / 1e6, pending / 1e6, compacted, per_image


REMATCH = Benchmark(
    name="rematch",
    series=(
        Series("time", "100,000 images against 500 new advisories", "s"),
        Series("memory", "memory of that", "MiB"),
        Series("artifacts", "images concerned", "images", Better.HIGHER),
        Series("told", "findings told", "findings", Better.HIGHER),
        Series("versions", "packages' versions matched", "versions"),
        Series("size", "size of the index", "MB"),
        Series("pending", "size of what 20,000 scans append", "MB"),
        Series("compaction", "compaction of 20,000 first scans, one step", "s"),
        Series("append", "appending one image", "ms"),
    ),
    once=_once,
    variants=(Variant.OURS,),
    rounds=3,
    quick_rounds=1,
)
