"""A run as Markdown: the Promises as the README has them, then everything that was measured."""

from collections.abc import Iterator

from benchmarks.benchmark import Better, Variant
from benchmarks.promises import judged
from benchmarks.result import Result, times
from benchmarks.run import Run
from benchmarks.show import about, amount

COMMAND = "make bench"


def to_markdown(run: Run) -> str:
    """Return both tables and what they were measured on."""
    return "\n".join((*_promises(run), "", *about(run), "", *_measured(run), ""))


def _promises(run: Run) -> Iterator[str]:
    yield from _heading("promise", "figure", "measured", "by")
    for promise in judged(run):
        measured = promise.measured if promise.kept else f"**falls short:** {promise.measured}"
        by = f"`python -m benchmarks --only {promise.command}`" if promise.command else f"`{COMMAND}`"
        yield _row(promise.words, promise.figure, measured, by)


def _measured(run: Run) -> Iterator[str]:
    shown = [v for v in Variant if any(v in result.values for result in run.results)]
    yield from _heading("measured", "unit", *(variant.value for variant in shown))
    for result in run.results:
        yield _row(result.title, result.series.unit, *(_cell(result, variant) for variant in shown))


def _cell(result: Result, variant: Variant) -> str:
    if variant not in result.values:
        return ""
    median = amount(result.spread(variant).median)
    if variant not in result.compared():
        return median
    ratio = result.ratio(variant).median
    return f"{median} ({f'{ratio:.1%}' if result.series.better is Better.HIGHER else times(ratio)})"


def _heading(*names: str) -> tuple[str, str]:
    return _row(*names), "|" + "---|" * len(names)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
