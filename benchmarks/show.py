"""A run as tables for a person."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.benchmark import Better, Variant
from benchmarks.promises import judged, lost_in_silence
from benchmarks.result import Result, Spread, times
from benchmarks.run import Run
from outrider.model.outcome import Failed, Skipped

PLAIN_WIDTH = 140


def show(run: Run) -> None:
    """Print the run on standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    for table in (_measured(run), _promises(run)):
        if table.row_count:
            console.print(table)
    for line in about(run):
        console.print(Text(line))
    for outcome in run.outcomes:
        if isinstance(outcome, Skipped):
            console.print(Text(f"skipped: {outcome.subject}: {outcome.reason}", "yellow"))
        elif isinstance(outcome, Failed):
            console.print(Text(f"failed: {outcome.subject}: {outcome.error}", "bold red"))


def about(run: Run) -> tuple[str, ...]:
    """On what machine, by which engine, how."""
    host, agent = run.host, run.agent
    files = ", ".join(f"{name}: {kind}" for name, kind in host["file_systems"].items())
    versions = ", ".join(f"{name} {version}" for name, version in host["versions"].items())
    lines = [
        f"{host['cpus']} CPUs, {host['cpu']}; Linux {host['kernel']}; {files}; {versions}.",
        f"outrider-run {host['outrider']}, engine {host['engine']}: {' '.join(host['features'])}.",
        "Medians of interleaved rounds (lowest-highest); ratios are medians of those within one round.",
        f"Frames: {agent['emitted']:,} emitted, {agent['received']:,} received, "
        f"{agent['dropped']:,} counted as dropped, {lost_in_silence(run):,} lost in silence.",
    ]
    if run.quick:
        lines.append("A quick run: too short to be quoted.")
    return tuple(lines)


def _measured(run: Run) -> Table:
    """Every series, every variant."""
    shown = [v for v in Variant if any(v in result.values for result in run.results)]
    table = Table(title="Measured side by side" if shown else None, show_lines=True)
    table.add_column("what")
    for variant in shown:
        table.add_column(variant.value, justify="right")
    for result in run.results:
        unit = Text(f"{result.title}\n").append(result.series.unit, "dim")
        table.add_row(unit, *(_cell(result, variant) for variant in shown))
    return table


def _cell(result: Result, variant: Variant) -> Text:
    """The median and its spread, and how it compares to bare."""
    if variant not in result.values:
        return Text("")
    cell = Text(amount(result.spread(variant).median))
    cell.append(f" ({_between(result.spread(variant))})", "dim")
    if variant in result.compared():
        ratio = result.ratio(variant)
        if result.series.better is Better.HIGHER:
            cell.append(f"\n{ratio.median:.1%}")
            cell.append(f" ({ratio.low:.1%}-{ratio.high:.1%})", "dim")
        else:
            cell.append(f"\n{times(ratio.median)}, {result.added(variant).median:+,.1f}")
            cell.append(f" ({ratio.low:.2f}-{ratio.high:.2f})", "dim")
    return cell


def _between(spread: Spread) -> str:
    return f"{amount(spread.low)}-{amount(spread.high)}"


def amount(number: float) -> str:
    """Three digits or more, with separators."""
    if abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"


def _promises(run: Run) -> Table:
    """What was promised, and what came of it."""
    table = Table(title="Promises")
    for heading in ("promise", "figure", "measured", "kept"):
        table.add_column(heading)
    for promise in judged(run):
        kept = Text("yes", "green") if promise.kept else Text("no", "bold red")
        table.add_row(promise.words, promise.figure, promise.measured, kept)
    return table
