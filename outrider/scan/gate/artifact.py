"""Thresholds on the artifact as a whole: what was not looked at, its age, that of the database."""

from collections.abc import Iterator

from outrider.model.finding import Check, Findings, Violation
from outrider.model.outcome import Covered, Failed, Outcome, words
from outrider.scan.gate.subject import Subject
from outrider.scan.gate.thresholds import Thresholds

SUPPORT_RULES = frozenset({"is_a_supported_release", "uses_a_supported_runtime"})
"""Compliance rules that answer whether somebody still mends distribution or runtime."""

_END_OF_LIFE = ("EOL_OS", "EOL_RUNTIME")
_NOT_LOOKED_AT = ("UNSUPPORTED_OS", "NO_PACKAGES", "PARTIAL")
"""Words with which an outcome begins that says that something is not known, whatever its kind."""


def violations(
    findings: Findings,
    counted: tuple[Subject, ...],
    outcomes: tuple[Outcome, ...],
    thresholds: Thresholds,
    end_of_life: str | None,
) -> Iterator[Violation]:
    """Why the artifact as a whole does not pass. `counted` are the findings that nothing excuses."""
    if thresholds.end_of_life:
        checks = [check for check in findings.checks if check.rule in SUPPORT_RULES]
        if checks:
            yield from _support_by_checks(counted)
        else:
            yield from _support_by_outcomes(outcomes, end_of_life)
    if thresholds.unknown:
        yield from _unknown(outcomes)
    if thresholds.database_days is not None:
        age = findings.database.age_days
        if age is None:
            yield Violation(rule="database", words="the age of the advisory database is not known")
        elif age > thresholds.database_days:
            words = f"the advisory database is {age:.1f} days old, over {thresholds.database_days:g}"
            yield Violation(rule="database", words=words)


def _support_by_checks(counted: tuple[Subject, ...]) -> Iterator[Violation]:
    """Out of support by the compliance rules; who lives with that ignores the rule."""
    for subject in counted:
        check = subject.finding
        if isinstance(check, Check) and check.rule in SUPPORT_RULES:
            words = "; ".join(check.evidence) or check.title
            yield Violation(rule="end-of-life", words=words, subject=check.rule)


def _support_by_outcomes(outcomes: tuple[Outcome, ...], end_of_life: str | None) -> Iterator[Violation]:
    """Out of support as matching says, or nobody looked."""
    told = [outcome for outcome in outcomes if words(outcome).startswith(_END_OF_LIFE)]
    for outcome in told:
        yield Violation(rule="end-of-life", words=words(outcome), subject=outcome.subject)
    if end_of_life and not told:
        yield Violation(rule="end-of-life", words=f"has had no fixes since {end_of_life}")
    if end_of_life is None and not told:
        yield Violation(rule="end-of-life", words="whether it is still supported was not looked at")


def _unknown(outcomes: tuple[Outcome, ...]) -> Iterator[Violation]:
    """What could not be looked at; looking at nothing is no pass either."""
    if not any(isinstance(outcome, Covered) for outcome in outcomes):
        yield Violation(rule="unknown", words="nothing was looked at")
    for outcome in outcomes:
        if isinstance(outcome, Failed) or words(outcome).startswith(_NOT_LOOKED_AT):
            yield Violation(rule="unknown", words=words(outcome), subject=outcome.subject)
