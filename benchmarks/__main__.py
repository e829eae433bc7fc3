"""`python -m benchmarks`: measure, show, write."""

import json
import signal
import sys

import click
from rich.console import Console

from benchmarks.benchmark import Benchmark
from benchmarks.markdown import to_markdown
from benchmarks.registry import BENCHMARKS
from benchmarks.run import perform
from benchmarks.show import show
from outrider.cli.console import say_error
from outrider.cli.files import STANDARD, write_atomic
from outrider.errors import ExitStatus, OutriderError, UsageError


@click.command()
@click.option("--quick", is_flag=True, help="Few and short rounds: to see that it works, not to be quoted.")
@click.option("--only", default="", metavar="NAME[,NAME…]", help="These benchmarks; --list names them.")
@click.option("--list", "listing", is_flag=True, help="Name the benchmarks and end.")
@click.option(
    "--json", "json_file", default="", metavar="FILE", help="Everything, with the raw numbers; - is stdout."
)
@click.option(
    "--markdown", "markdown_file", default="", metavar="FILE", help="Tables for the README; - is stdout."
)
def command(*, quick: bool, only: str, listing: bool, json_file: str, markdown_file: str) -> ExitStatus:
    """Measure what Outrider costs: bare, alert and block side by side, in one run."""
    benchmarks = _chosen(only)
    if listing:
        for benchmark in benchmarks:
            click.echo(f"{benchmark.name:20} {'; '.join(series.title for series in benchmark.series[:2])}")
        return ExitStatus.OK
    errors = Console(stderr=True, highlight=False)
    with errors.status("setting up") as status:
        tell = status.update if errors.is_terminal else _silent
        run = perform(benchmarks, quick=quick, tell=tell)
    if json_file:
        write_atomic(json_file, json.dumps(run.to_plain(), indent=2) + "\n")
    if markdown_file:
        write_atomic(markdown_file, to_markdown(run))
    if STANDARD not in (json_file, markdown_file):
        show(run)
    return ExitStatus.INCOMPLETE if run.failed else ExitStatus.OK


def _chosen(only: str) -> tuple[Benchmark, ...]:
    """The benchmarks of `--only`, in the registry's order. Raises UsageError."""
    names = {name.strip() for name in only.split(",") if name.strip()}
    known = {benchmark.name for benchmark in BENCHMARKS}
    if unknown := sorted(names - known):
        raise UsageError(
            f"no such benchmark: {', '.join(unknown)}",
            hint=f"there are {', '.join(benchmark.name for benchmark in BENCHMARKS)}.",
        )
    return tuple(benchmark for benchmark in BENCHMARKS if not names or benchmark.name in names)


def _silent(_: str) -> None:
    """Without a terminal, progress is noise."""


def _interrupt(number: int, frame: object) -> None:
    """SIGTERM ends a run like Ctrl-C: with everything stopped."""
    raise KeyboardInterrupt


def main() -> int:
    """Entry point."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return int(command.main(standalone_mode=False) or ExitStatus.OK)
    except OutriderError as error:
        say_error(error)
        return int(error.exit_status)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130


if __name__ == "__main__":
    sys.exit(main())
