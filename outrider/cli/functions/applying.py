"""Deciding and writing, one function after the other or several at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import click
from rich.progress import Progress

from outrider.account.function_writing import Plan, carry_out
from outrider.account.functions import Functions, Seen
from outrider.cli import outcomes
from outrider.cli.console import ERR, OUT
from outrider.errors import ExitStatus, OutriderError
from outrider.inject import function_difference
from outrider.model.outcome import Covered, Failed, Outcome


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how much is done, and how it is told, to a click command."""
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="The report as JSON."),
        click.option("--parallel", type=click.IntRange(1, 32), default=8, show_default=True, metavar="N"),
        click.option("--check", is_flag=True, help="Write nothing; exit 1 when something would change."),
        click.option(
            "--diff", is_flag=True, help="Print what would change as a unified diff; write nothing."
        ),
        click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing."),
    ):
        command = decorate(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How much is done, and how it is told: the values of `options`."""

    dry_run: bool
    diff: bool
    check: bool
    parallel: int
    as_json: bool

    @property
    def writes(self) -> bool:
        """Whether anything is written."""
        return not (self.dry_run or self.diff or self.check)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one function, or would."""

    outcome: Outcome
    changes: bool = False
    difference: str = ""
    """As a unified diff that may be shown to anybody."""
    warnings: tuple[str, ...] = ()


def each(
    functions: Functions, names: Sequence[str], decide: Callable[[Seen], Plan], manner: Manner
) -> list[Result]:
    """Do it to all of them, in the order of `names`; what goes wrong with one is its outcome."""

    def one(name: str) -> Result:
        try:
            return _one(functions, name, decide, write=manner.writes)
        except OutriderError as error:
            return Result(Failed(f"function {name}", error.message, error.hint))

    results: list[Result] = []
    with (
        Progress(console=ERR, transient=True, disable=not ERR.is_terminal) as progress,
        ThreadPoolExecutor(max_workers=manner.parallel) as pool,
    ):
        try:
            for result in progress.track(pool.map(one, names), total=len(names), description="functions"):
                results.append(result)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    return results


def _one(functions: Functions, name: str, decide: Callable[[Seen], Plan], *, write: bool) -> Result:
    """One function."""
    plan = carry_out(functions, name, decide, write=write)
    shown = function_difference.unified(plan.change)
    warnings = tuple(f"{name}: {warning}" for warning in (*plan.change.warnings, *plan.warnings))
    return Result(plan.change.outcome, plan.changes, shown, warnings)


def report(results: Sequence[Result], notes: Sequence[str], manner: Manner) -> ExitStatus:
    """Print what was done or would be, the count first; return the exit status."""
    warnings = [*notes, *(warning for result in results for warning in result.warnings)]
    if not manner.writes and not manner.as_json:
        ERR.print("nothing is written: this is what would be", markup=False)
    said = [_said(result, manner.writes) for result in results]
    outcomes.show(ERR if manner.diff else OUT, said, warnings, json_wanted=manner.as_json)
    if manner.diff:
        for result in results:
            print(result.difference, end="")
    if any(isinstance(result.outcome, Failed) for result in results):
        return ExitStatus.INCOMPLETE
    return ExitStatus.POLICY if manner.check and any(result.changes for result in results) else ExitStatus.OK


def _said(result: Result, written: bool) -> Outcome:
    """The outcome; of what is only looked at, what would be."""
    if not isinstance(result.outcome, Covered):
        return result.outcome
    if not result.changes:
        return replace(result.outcome, detail=f"{result.outcome.detail}; nothing to change")
    return result.outcome if written else replace(result.outcome, detail=f"would be: {result.outcome.detail}")
