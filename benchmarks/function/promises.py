"""What was promised of the layer, and what came of it."""

from collections.abc import Callable
from statistics import quantiles
from typing import TYPE_CHECKING

from benchmarks.benchmark import Variant
from benchmarks.judged import Judged
from benchmarks.result import Result

if TYPE_CHECKING:
    from benchmarks.run import Run

MAX_COLD_MS = 15
MAX_WARM_US = 300
MAX_CALL_NS = 150
MAX_WRAP_US = 2000
MAX_MEMORY_KIB = 8 * 1024
MAX_GROWTH_KIB = 256
"""What pages touched for the first time may add over 10,000 invocations."""
MAX_ZIP_KIB = 1024


def _ninety_fifth(values: tuple[float, ...]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def _cold(label: str, benchmark: str) -> "Callable[[Run], Judged | None]":
    def promise(run: "Run") -> "Judged | None":
        result = run.result(benchmark, "init")
        return _cold_of(label, benchmark, result) if result else None

    return promise


def _cold_of(label: str, benchmark: str, result: Result) -> "Judged":
    added = result.added(Variant.BLOCK).median
    slow = _ninety_fifth(result.values[Variant.BLOCK]) - _ninety_fifth(result.values[Variant.BARE])
    said = f"{added:.1f} ms more, {slow:.1f} ms at the 95th percentile"
    if Variant.POWERTOOLS in result.values:
        said += f" (importing Powertools: {result.added(Variant.POWERTOOLS).median:.0f} ms more)"
    return Judged(
        f"cold start of a function in {label}, with the layer",
        f"at most {MAX_COLD_MS} ms more",
        said,
        added <= MAX_COLD_MS,
        benchmark,
    )


def _warm(run: "Run") -> "Judged | None":
    if not (result := run.result("function-warm", "invoke")):
        return None
    added, noise = result.added(Variant.BLOCK).median, abs(result.added(Variant.AGAIN).median)
    return Judged(
        "one warm invocation, with the layer",
        f"at most {MAX_WARM_US / 1000} ms more",
        f"{added / 1000:.2f} ms more; bare against bare differs by {noise / 1000:.2f} ms",
        added <= MAX_WARM_US,
        "function-warm",
    )


def _wrap(run: "Run") -> "Judged | None":
    if not (result := run.result("function-wrap", "start")):
        return None
    added, noise = result.added(Variant.BLOCK).median, abs(result.added(Variant.AGAIN).median)
    return Judged(
        "the exec wrapper of a function, its part of the cold start",
        f"at most {MAX_WRAP_US / 1000:.0f} ms",
        f"{added / 1000:.2f} ms; the same against the same differs by {noise / 1000:.2f} ms",
        added <= MAX_WRAP_US,
        "function-wrap",
    )


def _call(run: "Run") -> "Judged | None":
    keys = {"write": "open for writing", "connect": "connect", "sendto": "sendto"}
    found = {words: run.result("function-calls", key) for key, words in keys.items()}
    added = {words: result.added(Variant.BLOCK).median for words, result in found.items() if result}
    if not added:
        return None
    return Judged(
        "one allowed call under the function guard",
        f"at most {MAX_CALL_NS} ns more",
        ", ".join(f"{words} {more:.0f} ns" for words, more in added.items()),
        max(added.values()) <= MAX_CALL_NS,
        "function-calls",
    )


def _lasting(run: "Run") -> "Judged | None":
    found = {key: run.result("function-lasting", key) for key in ("extension", "guard", "growth", "stopped")}
    most = {
        key: max(result.spread(variant).median for variant in result.values)
        for key, result in found.items()
        if result
    }
    if not most:
        return None
    together = most["extension"] + most["guard"]
    return Judged(
        "10,000 invocations of a web handler in block mode",
        "nothing stopped, at most 8 MiB in all, no growth",
        f"{most['stopped']:.0f} stopped; extension {most['extension']:,.0f} KiB, guard {most['guard']:,.0f} "
        f"KiB, {most['growth']:+,.0f} KiB over the run",
        most["stopped"] == 0 and together <= MAX_MEMORY_KIB and most["growth"] <= MAX_GROWTH_KIB,
        "function-lasting",
    )


def _zip(run: "Run") -> "Judged | None":
    found = [result for arch in ("x86_64", "aarch64") if (result := run.result("function-size", arch))]
    if not found:
        return None
    sizes = {result.series.key: result.spread(Variant.BLOCK).median for result in found}
    return Judged(
        "size of the layer",
        "at most 1 MiB",
        ", ".join(f"{arch} {size:.0f} KiB" for arch, size in sizes.items()),
        max(sizes.values()) <= MAX_ZIP_KIB,
        "function-size",
    )


PROMISES: "tuple[Callable[[Run], Judged | None], ...]" = (
    _cold("Python", "function-cold-python"),
    _cold("Node", "function-cold-node"),
    _wrap,
    _warm,
    _call,
    _lasting,
    _zip,
)
