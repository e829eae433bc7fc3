"""Every rule of a kind asked about one subject; the packs' control numbers added."""

from collections.abc import Sequence
from typing import TypeVar

from outrider.errors import InvalidInput
from outrider.model.finding import Answer, Check
from outrider.model.outcome import Covered, Failed, Outcome
from outrider.scan.compliance.pack import Pack
from outrider.scan.compliance.rule import Rule, Seen, failed

S = TypeVar("S")

MOST_EVIDENCE = 20
"""Facts that are kept of one answer; the rest is counted."""


def evaluate(
    rules: Sequence[Rule[S]], subject: S, packs: Sequence[Pack]
) -> tuple[tuple[Check, ...], tuple[Outcome, ...]]:
    """The answers, in the order of the rules, and whether all could be asked.

    A rule that meets a field of another form than it should have counts as a failure, and as not looked at.
    """
    checks: list[Check] = []
    troubles: list[Outcome] = []
    for rule in rules:
        try:
            seen = rule.look(subject)
        except InvalidInput as error:
            seen = failed(f"cannot be judged: {error.message}")
            troubles.append(Failed(f"rule {rule.name}", error.message, error.hint))
        checks.append(_check(rule, seen, packs))
    asked = Covered("compliance", f"{len(rules)} rules, {len(packs)} packs")
    return tuple(checks), (asked, *troubles)


def _check(rule: Rule[S], seen: Seen, packs: Sequence[Pack]) -> Check:
    """One answer as reports have it."""
    more = len(seen.evidence) - MOST_EVIDENCE
    evidence = seen.evidence[:MOST_EVIDENCE] + ((f"and {more} more",) if more > 0 else ())
    return Check(
        rule=rule.name,
        title=rule.title,
        answer=seen.answer,
        severity=rule.severity,
        evidence=evidence,
        remedy=rule.remedy if seen.answer is Answer.FAIL else "",
        controls=tuple((pack.name, control) for pack in packs for control in pack.controls_of(rule.name)),
    )
