"""The text report on a terminal: the report's own lines, coloured where somebody is looking."""

from rich.console import Console
from rich.text import Text

from outrider.report import text
from outrider.report.report import Report
from outrider.report.styled import Style

_COLOURS = {
    Style.PLAIN: "",
    Style.HEADING: "bold",
    Style.GOOD: "green",
    Style.BAD: "bold red",
    Style.CAUTION: "yellow",
    Style.MUTED: "dim",
    Style.CRITICAL: "bold red",
    Style.HIGH: "red",
    Style.MEDIUM: "yellow",
    Style.LOW: "cyan",
}


def show(console: Console, report: Report, *, details: bool) -> None:
    """Print a report; as wide as the terminal, or as the format's own width where there is none."""
    width = console.width if console.is_terminal else text.WIDTH
    for line in text.styled(report, width, details):
        console.print(Text.assemble(*((piece, _COLOURS[style]) for piece, style in line)), soft_wrap=True)
