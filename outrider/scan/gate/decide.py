"""The gate: whether an artifact passes, why not, and what was not counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from outrider.model.finding import Findings, Ignored, Violation
from outrider.model.outcome import Outcome
from outrider.scan.gate import artifact, compliance
from outrider.scan.gate.ignore import Entry, sort_out
from outrider.scan.gate.single import NO_SEVERITY, violations_of
from outrider.scan.gate.subject import Subject, subjects
from outrider.scan.gate.thresholds import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the gate says. It lets pass when there is no violation."""

    violations: tuple[Violation, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    notes: tuple[str, ...] = ()
    """What a person should know: entries of the ignore file that are over or of no use, how many findings the
    baseline had."""

    @property
    def passed(self) -> bool:
        """Whether the artifact may pass."""
        return not self.violations


def decide(
    findings: Findings,
    outcomes: tuple[Outcome, ...],
    thresholds: Thresholds,
    ignores: tuple[Entry, ...] = (),
    baseline: frozenset[str] | None = None,
    *,
    today: date,
    end_of_life: str | None = None,
) -> Decision:
    """Decide. Findings that an ignore entry names are not counted, nor those a baseline has.

    `outcomes` are all of the report. `end_of_life` is the day on which distribution or runtime went out of
    support, empty when it has not; None: only checks and outcomes tell. What was asked for and not looked at
    is a violation.
    """
    sorted_out = sort_out(subjects(findings), ignores, today)
    new = tuple(one for one in sorted_out.counted if baseline is None or one.identity not in baseline)
    violations = (
        *(violation for one in new for violation in violations_of(one, thresholds, today)),
        *compliance.violations(findings, new, thresholds),
        *artifact.violations(findings, new, outcomes, thresholds, end_of_life),
    )
    before = len(sorted_out.counted) - len(new)
    return Decision(
        violations=violations,
        ignored=sorted_out.ignored,
        notes=(*sorted_out.notes, *_notes(new, before, thresholds)),
    )


def _notes(new: tuple[Subject, ...], before: int, thresholds: Thresholds) -> Iterator[str]:
    """What was let pass, in numbers."""
    if before:
        yield f"known before, by the baseline, and not counted: {before}"
    unrated = sum(getattr(one.finding, "severity", None) == NO_SEVERITY for one in new)
    if unrated and thresholds.severity:
        yield f"of a severity nobody knows, and counted as high: {unrated}"
