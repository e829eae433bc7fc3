"""What a report format is: a report in, the bytes of one file out, as text."""

from collections.abc import Callable
from dataclasses import dataclass

from outrider.report.report import Report


@dataclass(frozen=True, slots=True)
class Format:
    """One form a report can be given in.

    `render` is a function of the report alone: same report, same text, which ends with a line end, has a
    UTF-8 form, and holds no character that could act on a terminal. It raises nothing, whatever the names
    in the artifact are.
    """

    name: str
    """As `--format` takes it."""
    render: Callable[[Report], str]
    media_type: str
    ending: str
    """Of a file of it: `.sarif`."""
