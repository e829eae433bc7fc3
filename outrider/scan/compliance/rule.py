"""What a compliance rule is: one assertion about one kind of subject, answered with evidence.

To add one:

1. Write `image/ASSERTION.py` (or `task/`, `function/`): a function from the subject to `Seen`, and `RULE`.
The file's
   name is the assertion; the rule knows no standard and no control number.
2. Add it to the registry beside it.
3. Name it in the packs it answers to (`templates/compliance/`): rule → control → why.
4. Give `tests/contracts/test_compliance_rules.py` a subject that passes, one that fails, and, where the rule
can be
   not applicable, one for that (`tests/unit/scan/compliance/subjects/`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from outrider.model.finding import Answer, Severity

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule answers, and what it saw."""

    answer: Answer
    evidence: tuple[str, ...] = ()
    """One fact a line. For NOT_APPLICABLE: why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[S]):
    """One assertion."""

    name: str
    """That of its module, unique among all kinds of subject."""
    title: str
    """The assertion as a sentence."""
    severity: Severity
    remedy: str
    """What to do where it fails."""
    look: Callable[[S], Seen]
    """Raises InvalidInput where the subject has not the form it should have: that counts as a failure."""


def passed(*evidence: str) -> Seen:
    """The assertion holds."""
    return Seen(Answer.PASS, evidence)


def failed(*evidence: str) -> Seen:
    """The assertion does not hold; there is always something to show for it."""
    return Seen(Answer.FAIL, evidence)


def not_applicable(why: str) -> Seen:
    """There is nothing the assertion could be about, or nothing that could be asked."""
    return Seen(Answer.NOT_APPLICABLE, (why,))


def verdict(violations: list[str], otherwise: str) -> Seen:
    """FAIL with these violations, or PASS with what was looked at."""
    return failed(*violations) if violations else passed(otherwise)
