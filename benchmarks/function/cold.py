"""Cold starts: from the start of the environment until the function has been initialised."""

from collections.abc import Sequence

from benchmarks.benchmark import Benchmark, Series, Variant
from benchmarks.function import local
from benchmarks.trial import Trial, TrialFailed

STARTS = 50


def _cold(name: str, title: str, handler: str, runtime: str, *beside: Variant) -> Benchmark:
    def once(trial: Trial) -> Sequence[float]:
        chosen = "importing" if trial.variant is Variant.POWERTOOLS else handler
        with local.running(trial.stage, trial.variant, chosen, runtime) as function:
            response = function.invoke({})
            if response.error or response.init_ms is None:
                raise TrialFailed(f"{name}, {trial.variant}: {response.error}: {response.error_message}")
            return (response.init_ms,)

    return Benchmark(
        name=name,
        series=(Series("init", title, "ms"),),
        once=once,
        variants=(Variant.BARE, *local.LAYERED, *beside),
        rounds=STARTS,
    )


COLD = (
    _cold("function-cold-python", "cold start, Python", "plain", local.PYTHON, Variant.POWERTOOLS),
    _cold("function-cold-node", "cold start, Node", "node", local.NODE),
)
