"""Not looking is never passing: everything looked at ends as exactly one of three outcomes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Covered:
    """The subject was looked at, or is protected."""

    subject: str
    """What it is about, as a user would name it: `container web`."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """The subject was left out on purpose, for a reason somebody can judge."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The subject should have been looked at and could not be."""

    subject: str
    error: str
    hint: str = ""


Outcome = Covered | Skipped | Failed
