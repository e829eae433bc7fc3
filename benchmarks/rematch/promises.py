"""What was promised of rematching, and what came of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmarks.benchmark import Variant
from benchmarks.judged import Judged

if TYPE_CHECKING:
    from benchmarks.run import Run

MAX_S, MAX_MIB = 60.0, 1024.0


def _rematch(run: "Run") -> Judged | None:
    found = {key: run.result("rematch", key) for key in ("time", "memory", "size")}
    if not all(found.values()):
        return None
    took, held, size = (one.spread(Variant.OURS).median for one in found.values() if one)
    return Judged(
        "100,000 images against 500 new advisories, nothing pulled",
        f"at most {MAX_S:.0f} s and {MAX_MIB:.0f} MiB",
        f"{took:.1f} s, {held:.0f} MiB; the index has {size:.0f} MB",
        took <= MAX_S and held <= MAX_MIB,
        "rematch",
    )


PROMISES: "tuple[Callable[[Run], Judged | None], ...]" = (_rematch,)
"""Speed and memory of a rematch."""
