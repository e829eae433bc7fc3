"""What every format is given: one artifact, what was found in it, and by whom."""

from dataclasses import dataclass

from outrider.model.artifact import Contents
from outrider.model.finding import Findings, Ignored, Violation
from outrider.model.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One scan. Same artifact, same database, same options: the same value, and the same bytes in every
    format."""

    contents: Contents
    findings: Findings
    outcomes: tuple[Outcome, ...] = ()
    """Everything that had to be looked at, those of `contents` included; reports open with their count."""
    violations: tuple[Violation, ...] = ()
    """Empty: the gate lets it pass, or there was none."""
    gated: bool = False
    """Whether there was a gate at all."""
    ignored: tuple[Ignored, ...] = ()
    scanner: str = ""
    """Our version."""
    scanned: tuple[str, ...] = ()
    """What was looked for: `os`, `language`, `secrets`, `compliance`."""
