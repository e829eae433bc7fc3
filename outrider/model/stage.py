"""How far a workload version has come, and the steps that led there."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What becomes of an act that the model does not have."""

    LEARNING = "learning"
    """It is learned."""
    PROPOSED = "proposed"
    """The model is a proposal that somebody may read; what is new is still learned."""
    ALERTING = "alerting"
    """It is reported. What is flagged is not learned."""
    BLOCKING = "blocking"
    """It is stopped."""


ORDER = tuple(Stage)
"""From first to last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where it stands."""

    stage: Stage = Stage.LEARNING
    since_ns: int = 0
    """ns since the epoch; 0: nobody ever said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step, to be recorded."""

    before: Stage
    after: Stage
    at_ns: int
    reason: str
    by: str = ""
    """Who asked for it; empty: the terms."""

    @property
    def standing(self) -> Standing:
        """Where it stands afterwards."""
        return Standing(stage=self.after, since_ns=self.at_ns)

    @property
    def order(self) -> tuple[int, int, int, str, str]:
        """By time; of two at the same moment the one that is less strict comes last, and stands."""
        return (self.at_ns, -ORDER.index(self.after), ORDER.index(self.before), self.reason, self.by)


MOST_STEPS = 64
"""Transitions that are kept, the last ones: more than a version has in a year."""


def last_steps(steps: Iterable[Transition]) -> frozenset[Transition]:
    """The last of them, so many as are kept. Of a union of such unions the same are left, in any order."""
    return frozenset(sorted(set(steps), key=lambda step: step.order)[-MOST_STEPS:])


def standing_of(steps: Iterable[Transition]) -> Standing:
    """Where steps lead: that of the last; without any it is learning."""
    last = max(steps, key=lambda step: step.order, default=None)
    return last.standing if last else Standing()
