"""What every format is given: one artifact, what was found in it, and by whom."""

from dataclasses import dataclass

from outrider.model.artifact import Contents
from outrider.model.finding import Findings
from outrider.model.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One reason for which the gate does not let the artifact pass."""

    rule: str
    """Which threshold: `severity`, `exploited`, `secrets`, `compliance`, `end-of-life`, `unknown` …"""
    words: str
    subject: str = ""
    """What it is about: `CVE-2024-1 in openssl 3.0.1`; empty: the artifact as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A finding that somebody decided to live with; reports name it, gates do not count it."""

    subject: str
    reason: str
    owner: str = ""
    expires: str = ""
    """Date, ISO 8601; empty: never."""


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
