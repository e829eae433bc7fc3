"""Lines for a terminal as data: what is said, and how it might be coloured. Who prints them decides."""

from dataclasses import dataclass, field
from enum import StrEnum

from outrider.model.finding import Severity
from outrider.report.cells import cut, width, wrap
from outrider.report.harmless import harmless


class Style(StrEnum):
    """What a piece of text is, for whoever colours it."""

    PLAIN = "plain"
    HEADING = "heading"
    GOOD = "good"
    BAD = "bad"
    CAUTION = "caution"
    MUTED = "muted"
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


Span = tuple[str, Style]
"""A piece of one line: harmless text."""

Line = tuple[Span, ...]
"""Spans from left to right; none: an empty line."""

_SEVERITIES = {Severity.CRITICAL: Style.CRITICAL, Severity.HIGH: Style.HIGH, Severity.MEDIUM: Style.MEDIUM}


def of_severity(severity: Severity) -> Style:
    """Unknown is shown like medium: it is never taken for harmless."""
    return Style.MEDIUM if severity is Severity.UNKNOWN else _SEVERITIES.get(severity, Style.LOW)


@dataclass(slots=True)
class Sheet:
    """Lines as they are written, none wider than `width`."""

    width: int
    lines: list[Line] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    def heading(self, text: str) -> None:
        """An empty line, unless it is the first, and a title."""
        if self.lines:
            self.lines.append(())
        self.text(text, Style.HEADING, hanging=2)

    def row(self, *spans: Span, indent: int = 0) -> None:
        """One line; what does not fit is cut off at the right."""
        room = self.width - indent
        kept: list[Span] = [(" " * indent, Style.PLAIN)] if indent else []
        for text, style in spans:
            piece = cut(harmless(text), room)
            room -= width(piece)
            if piece:
                kept.append((piece, style))
        self.lines.append(tuple(kept))

    def text(self, text: str, style: Style = Style.PLAIN, *, indent: int = 0, hanging: int = 0) -> None:
        """A sentence over as many lines as it needs; `hanging` more columns from its second line on."""
        indent = min(indent, self.width // 2)
        room = self.width - indent - hanging
        for number, line in enumerate(wrap(harmless(text), max(room, 1))):
            self.row((line, style), indent=indent + (hanging if number else 0))

    def told(self, name: str) -> bool:
        """Whether this was asked before for the same name."""
        known = name in self._told
        self._told.add(name)
        return known


def plain(lines: list[Line]) -> str:
    """The lines without styles."""
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
