"""What the policy of every function begins with: what the built-in one forbids."""

from collections.abc import Sequence

from outrider.model.event import FUNCTION, Kind, Verdict
from outrider.model.pattern import matches
from outrider.policy.document import Defaults, LoadRule, PolicyDocument, ReadRule, Rule

FUNCTION_DEFAULTS = {
    Kind.RESOLVE: Verdict.BLOCK,
    Kind.READ: Verdict.ALLOW,
    Kind.LOAD: Verdict.ALLOW,
    Kind.INVOKE: Verdict.ALLOW,
}
"""What is said in a function's policy though it goes without saying: readers may want it stricter."""


def protected(learned: Sequence[Rule], defaults: Defaults, built_in: PolicyDocument) -> tuple[Rule, ...]:
    """Return the rules of a function: exceptions, prohibitions, the rest of what was learned.

    Of the built-in policy those prohibitions are taken whose kind is not blocked without them. What was
    learned although one of them forbids it is an exception and stands before them all: the first rule that
    matches decides. Raises InvalidInput: the built-in document is not of a function.
    """
    prohibitions = [
        rule
        for rule in built_in.container(FUNCTION).rules
        if rule.action is Verdict.BLOCK and defaults.of(Kind(rule.kind)) is not Verdict.BLOCK
    ]
    exceptions = [rule for rule in learned if any(_forbids(other, rule) for other in prohibitions)]
    rest = [rule for rule in learned if rule not in exceptions]
    return (*exceptions, *prohibitions, *rest)


def _forbids(prohibition: Rule, rule: Rule) -> bool:
    """Whether what a learned rule allows is forbidden. Its stars stand for themselves, as any name would."""
    if not isinstance(rule, ReadRule | LoadRule) or not isinstance(prohibition, type(rule)):
        return False
    return matches(prohibition.target.encode(), rule.target.encode())
