"""Deciding and writing, one function after the other or several at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from rich.progress import Progress

from outrider.cli import outcomes
from outrider.cli.aws.functions import Functions, Seen
from outrider.cli.aws.functions_errors import TryAgainError
from outrider.cli.console import ERR, OUT
from outrider.errors import ExitStatus, OutriderError
from outrider.inject import function_difference
from outrider.inject.function_patch import FunctionChange
from outrider.model.outcome import Covered, Failed, Outcome

ATTEMPTS = 5
"""How often a function is read again because somebody else changed it meanwhile."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one function, or would."""

    outcome: Outcome
    changes: bool = False
    difference: str = ""
    """As a unified diff that may be shown to anybody."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done to one function, and how."""

    change: FunctionChange
    warnings: tuple[str, ...] = ()
    moves_aliases: bool = False
    write: Callable[[], None]

    @property
    def changes(self) -> bool:
        """Whether anything is to be written at all."""
        return self.change.changes or (self.moves_aliases and isinstance(self.change.outcome, Covered))


def each(
    functions: Functions, names: Sequence[str], decide: Callable[[Seen], Plan], *, write: bool, parallel: int
) -> list[Result]:
    """Do it to all of them, in the order of `names`; what goes wrong with one is its outcome."""

    def one(name: str) -> Result:
        try:
            return _one(functions, name, decide, write=write)
        except OutriderError as error:
            return Result(Failed(f"function {name}", error.message, error.hint))

    results: list[Result] = []
    with (
        Progress(console=ERR, transient=True, disable=not ERR.is_terminal) as progress,
        ThreadPoolExecutor(max_workers=parallel) as pool,
    ):
        try:
            for result in progress.track(pool.map(one, names), total=len(names), description="functions"):
                results.append(result)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    return results


def _one(functions: Functions, name: str, decide: Callable[[Seen], Plan], *, write: bool) -> Result:
    """One function; read again as long as somebody else is changing it."""
    for attempt in range(ATTEMPTS):
        plan = decide(functions.read(name))
        try:
            if write and plan.changes:
                plan.write()
        except TryAgainError:
            if attempt == ATTEMPTS - 1:
                raise
            functions.settle(name)
            continue
        break
    shown = function_difference.unified(plan.change)
    warnings = tuple(f"{name}: {warning}" for warning in (*plan.change.warnings, *plan.warnings))
    return Result(plan.change.outcome, plan.changes, shown, warnings)


def report(
    results: Sequence[Result], notes: Sequence[str], *, diff: bool, check: bool, written: bool, as_json: bool
) -> ExitStatus:
    """Print what was done or would be, the count first; return the exit status."""
    warnings = [*notes, *(warning for result in results for warning in result.warnings)]
    outcomes.show(ERR if diff else OUT, [_said(r, written) for r in results], warnings, json_wanted=as_json)
    if diff:
        for result in results:
            print(result.difference, end="")
    if any(isinstance(result.outcome, Failed) for result in results):
        return ExitStatus.INCOMPLETE
    return ExitStatus.POLICY if check and any(result.changes for result in results) else ExitStatus.OK


def _said(result: Result, written: bool) -> Outcome:
    """The outcome; of what is only looked at, what would be."""
    if not isinstance(result.outcome, Covered):
        return result.outcome
    if not result.changes:
        return replace(result.outcome, detail=f"{result.outcome.detail}; nothing to change")
    return result.outcome if written else replace(result.outcome, detail=f"would be: {result.outcome.detail}")
