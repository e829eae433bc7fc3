"""What was promised of the functions in an account, and what came of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.account.functions import FUNCTIONS
from benchmarks.benchmark import Variant
from benchmarks.judged import Judged

if TYPE_CHECKING:
    from benchmarks.run import Run

MAX_INIT_MS = 600


def _cold(run: "Run") -> Judged | None:
    found = {one.name: run.result(f"account-cold-{one.name}", "init") for one in FUNCTIONS}
    inits = {name: result.spread(Variant.OURS).median for name, result in found.items() if result}
    if not inits:
        return None
    firsts = {
        name: result.spread(Variant.OURS).median
        for name in inits
        if (result := run.result(f"account-cold-{name}", "first"))
    }
    bare = next(result.spread(Variant.BARE).median for result in found.values() if result)
    said = ", ".join(f"{name} {ms:.0f} ms (+{firsts[name]:.0f} ms)" for name, ms in inits.items())
    return Judged(
        "init phase of a function's cold start in an account (and its first event), each a whole processor",
        f"at most {MAX_INIT_MS} ms",
        f"{said}; importing boto3 and Powertools alone {bare:.0f} ms",
        max(inits.values()) <= MAX_INIT_MS,
        ",".join(f"account-cold-{name}" for name in inits),
    )


PROMISES: "tuple[Callable[[Run], Judged | None], ...]" = (_cold,)
"""Cold starts."""
