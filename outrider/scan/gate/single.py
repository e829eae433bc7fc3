"""Thresholds that look at one finding at a time."""

from collections.abc import Iterator
from datetime import date

from outrider.model.finding import Secret, Severity, Violation, Vulnerability
from outrider.scan.gate.subject import Subject
from outrider.scan.gate.thresholds import Thresholds, severity_of

NO_SEVERITY = Severity.UNKNOWN
_CONFIDENCES = ("low", "medium", "high")


def violations_of(subject: Subject, thresholds: Thresholds, today: date) -> Iterator[Violation]:
    """Why one finding does not pass."""
    finding = subject.finding
    if isinstance(finding, Vulnerability):
        yield from _of_vulnerability(subject.words, finding, thresholds, today)
    elif isinstance(finding, Secret):
        yield from _of_secret(subject.words, finding, thresholds)


def weight(severity: Severity) -> Severity:
    """What a severity counts as: one that nobody knows is taken for high: a gate that cannot fail
    is worse than a strict one, and there are feeds (a distribution's package indexes) that know none."""
    return Severity.HIGH if severity is NO_SEVERITY else severity


def _of_vulnerability(
    words: str, finding: Vulnerability, thresholds: Thresholds, today: date
) -> Iterator[Violation]:
    """Exploited ones always count; the others when they are mendable and old enough, if that is asked."""
    if thresholds.exploited and finding.exploited is not None:
        yield Violation(
            rule="exploited", words=f"known to be exploited since {finding.exploited.added}", subject=words
        )
    if thresholds.fixable_only and not finding.fixed:
        return
    if _is_fresh(finding.published, thresholds.grace_days, today):
        return
    if thresholds.severity and weight(finding.severity) >= severity_of(thresholds.severity):
        yield Violation(rule="severity", words=f"severity {finding.severity.word}", subject=words)
    if thresholds.epss is not None and finding.epss is not None and finding.epss > thresholds.epss:
        yield Violation(
            rule="epss", words=f"EPSS {finding.epss:.3f} is over {thresholds.epss:g}", subject=words
        )
    if thresholds.risk is not None and finding.risk > thresholds.risk:
        yield Violation(
            rule="risk", words=f"risk {finding.risk:.1f} is over {thresholds.risk:g}", subject=words
        )


def _is_fresh(published: str, grace_days: int, today: date) -> bool:
    """Whether a vulnerability is so new that it may wait; one without a date may not."""
    if not grace_days:
        return False
    try:
        age = (today - date.fromisoformat(published[:10])).days
    except ValueError:
        return False
    return 0 <= age < grace_days


def _of_secret(words: str, finding: Secret, thresholds: Thresholds) -> Iterator[Violation]:
    """By the threshold on secrets; by the one on severity those that are not doubtful."""
    told = f"{finding.severity.word} severity, {finding.confidence} confidence"
    asked = thresholds.secrets
    if (
        asked
        and weight(finding.severity) >= severity_of(asked.severity)
        and _sure(finding.confidence, asked.confidence)
    ):
        yield Violation(rule="secrets", words=f"{finding.title}: {told}", subject=words)
    if (
        thresholds.severity
        and weight(finding.severity) >= severity_of(thresholds.severity)
        and _sure(finding.confidence, "medium")
    ):
        yield Violation(rule="severity", words=f"{finding.title}: {told}", subject=words)


def _sure(confidence: str, least: str) -> bool:
    """Whether a confidence is at least so high; a word that is none of ours is taken for high."""
    return confidence not in _CONFIDENCES or _CONFIDENCES.index(confidence) >= _CONFIDENCES.index(least)
