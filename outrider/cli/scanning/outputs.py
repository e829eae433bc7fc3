"""Where reports go: the one that was asked for, and others of the same scan beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from outrider.cli.console import OUT, stop_printing
from outrider.cli.files import STANDARD, write_atomic
from outrider.cli.scanning import showing
from outrider.errors import OutriderError, UsageError
from outrider.report import text
from outrider.report.registry import FORMATS
from outrider.report.report import Report


@dataclass(frozen=True, slots=True)
class Output:
    """One report."""

    form: str
    """Name of its format."""
    path: str
    """`-`: standard output."""


def check(outputs: Sequence[Output]) -> None:
    """Before the scan: whether each report can have a place of its own. Raises UsageError."""
    taken: set[str] = set()
    for output in outputs:
        place = STANDARD if output.path == STANDARD else str(Path(output.path).absolute())
        if place in taken:
            where = "standard output" if place == STANDARD else output.path
            raise UsageError(f"two reports for {where}", hint="-o and each --also need a place of their own.")
        taken.add(place)
        if place != STANDARD and not Path(place).parent.is_dir():
            raise UsageError(f"cannot write {output.path}: there is no such folder", hint="make it first.")


def write(report: Report, outputs: Sequence[Output], *, details: bool) -> None:
    """Write them all; one that cannot be written does not keep the others from being so.

    Raises the first error after the last report. A reader of standard output who has seen enough is none.
    """
    errors: list[OutriderError] = []
    for output in outputs:
        try:
            _one(report, output, details=details)
        except BrokenPipeError:
            stop_printing()
        except OutriderError as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _one(report: Report, output: Output, *, details: bool) -> None:
    """One report, in colours where somebody is looking."""
    if output.form == text.FORMAT.name and output.path == STANDARD:
        showing.show(OUT, report, details=details)
    elif output.form == text.FORMAT.name:
        write_atomic(output.path, text.render(report, details=details))
    else:
        write_atomic(output.path, FORMATS[output.form].render(report))
