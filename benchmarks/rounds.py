"""Interleaved rounds: every variant once a round, the order turned by one from round to round."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.benchmark import Benchmark, Variant
from benchmarks.result import Result, results_of
from benchmarks.stage import Stage
from benchmarks.trial import Trial
from outrider.errors import OutriderError
from outrider.model.outcome import Covered, Failed, Outcome, Skipped

Tell = Callable[[str], None]


def measure(stage: Stage, benchmark: Benchmark, tell: Tell) -> tuple[Outcome, tuple[Result, ...]]:
    """Measure one benchmark; when it cannot be, say why and give no results."""
    missing = [name for name in benchmark.needs if shutil.which(name) is None]
    if missing:
        return Skipped(benchmark.name, f"not installed: {', '.join(missing)}"), ()
    if shutil.which("strace") is None:  # a rival that is not here is left out, not the benchmark
        kept = tuple(variant for variant in benchmark.variants if variant is not Variant.STRACE)
        benchmark = replace(benchmark, variants=kept)
    try:
        stage.install_policies(benchmark)
        trials = _trials(stage, benchmark, tell)
    except OutriderError as error:
        return Failed(benchmark.name, error.message, error.hint), ()
    except OSError as error:  # a server or a pipe that went away, a file system without room
        return Failed(benchmark.name, str(error)), ()
    return Covered(benchmark.name), results_of(benchmark, trials)


def _trials(stage: Stage, benchmark: Benchmark, tell: Tell) -> dict[Variant, list[Sequence[float]]]:
    """All rounds."""
    count = benchmark.quick_rounds if stage.quick else benchmark.rounds
    numbers: dict[Variant, list[Sequence[float]]] = {variant: [] for variant in benchmark.variants}
    for number in range(count):
        for variant in turned(benchmark.variants, number):
            tell(f"{benchmark.name}, round {number + 1} of {count}, {variant}")
            numbers[variant].append(benchmark.once(Trial(stage, benchmark, variant)))
            stage.settle()
    return numbers


def turned(variants: Sequence[Variant], number: int) -> tuple[Variant, ...]:
    """Return the variants, beginning `number` places further on: none always runs first."""
    start = number % len(variants)
    return (*variants[start:], *variants[:start])
