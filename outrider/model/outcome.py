"""Not looking is never passing: everything looked at ends as exactly one of three outcomes."""

from collections.abc import Iterable
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


def words(outcome: Outcome) -> str:
    """What there is to say of one outcome, besides its subject."""
    match outcome:
        case Covered():
            return outcome.detail
        case Skipped():
            return outcome.reason
        case Failed():
            return outcome.error


def count(outcomes: Iterable[Outcome]) -> str:
    """The line every report opens with: `2 covered, 1 skipped, 0 failed`."""
    kinds = [type(outcome) for outcome in outcomes]
    return ", ".join(f"{kinds.count(kind)} {kind.__name__.lower()}" for kind in (Covered, Skipped, Failed))
