"""Outcomes as they are kept and told: each once, however often the same decision is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from cdk_app.functions.injector import caps
from outrider.account.errors import TryAgainError
from outrider.inject.rollout import Act
from outrider.model import envelope
from outrider.model.envelope import Envelope, Subject, Topic
from outrider.model.outcome import Failed, Outcome, words

DAY = 86_400
"""Seconds in which roll-outs are counted."""

_MOST_ROLLS_KEPT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of one subject."""

    subject: Subject
    outcome: str
    """`covered`, `skipped` or `failed`."""
    reason: str
    hint: str = ""
    act: str = Act.NONE.value
    command: str = ""
    """What would mend it; empty when nothing is to be mended."""
    revision: str = ""
    """ARN of the task definition it was rolled to, or runs."""
    identity: str = ""
    containers: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()
    rolls: tuple[str, ...] = ()
    """`identity@seconds` of former roll-outs, the newest last."""
    id: str = ""
    """Of the envelope that told it."""
    time: str = ""

    def rolled_since(self, moment: float) -> list[str]:
        """Identities it was rolled to since a moment, with repeats."""
        split = (roll.partition("@") for roll in self.rolls)
        return [name for name, _, when in split if when.isdecimal() and int(when) >= moment]


class Store(Protocol):
    """Where records are kept."""

    def latest(self, subject: str) -> Record | None:
        """The newest record of a subject."""

    def put(self, record: Record, former: str) -> bool:
        """Keep a record if the newest one still has the id `former` (empty: there is none)."""

    def held(self, subject: str) -> bool:
        """Whether the protection was taken off by command."""

    def hold(self, subject: str, *, held: bool) -> None:
        """Remember that, or forget it."""

    def registered(self, family: str) -> Mapping[str, str]:
        """Identity → revision that we registered."""

    def remember(self, family: str, identity: str, revision: str, before: str) -> None:
        """Remember a revision, and the one that it was made of."""

    def origin(self, family: str, revision: str) -> str:
        """What a revision of ours was made of; empty when that is not known."""

    def claim(self, what: str, who: str, now: float, until: float) -> bool:
        """Be the only one at something until a moment, or until it is given back."""

    def give_back(self, what: str, who: str) -> None:
        """Let others at it."""


class Bus(Protocol):
    """Where it is told."""

    def send(self, one: Envelope) -> None:
        """Send one envelope; raises EnvironmentFault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Keeps records and tells of them."""

    store: Store
    bus: Bus
    account: str
    region: str
    clock: Callable[[], float] = field(repr=False)
    """Seconds since 1970."""

    def record(self, made: Record) -> Record:
        """Tell, then keep: what could not be kept is told again, under the same id.

        A decision that was told already is not told again. Raises EnvironmentFault, TryAgainError.
        """
        made = _short(made)
        former = self.store.latest(made.subject.id)
        if former is not None and _same(former, made):
            return former
        now = self.clock()
        rolls = former.rolls if former else ()
        if made.act == Act.ROLL.value:
            rolls = (*rolls, f"{made.identity}@{int(now)}")
        before = former.id if former else ""
        done = replace(
            made, rolls=(*rolls, *made.rolls)[-_MOST_ROLLS_KEPT:], id=_id(made, before), time=self.now()
        )
        self.bus.send(self.envelope(done))
        if not self.store.put(done, before):
            raise TryAgainError(f"somebody else decided about {made.subject.name} meanwhile")
        return done

    def now(self) -> str:
        """This moment, RFC 3339 in UTC."""
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def envelope(self, done: Record) -> Envelope:
        """A record as it is told."""
        detail = {
            "outcome": done.outcome,
            "reason": done.reason,
            "hint": done.hint,
            "act": done.act,
            "command": done.command,
            "revision": done.revision,
            "containers": list(done.containers),
            "warnings": list(done.warnings),
        }
        return Envelope(
            topic=Topic.OUTCOME,
            id=done.id,
            time=done.time,
            account=self.account,
            region=self.region,
            program="injector",
            subject=done.subject,
            detail=detail,
        )


def fields_of(outcome: Outcome) -> dict[str, Any]:
    """`outcome`, `reason` and `hint` of an outcome."""
    hint = outcome.hint if isinstance(outcome, Failed) else ""
    return {"outcome": type(outcome).__name__.lower(), "reason": words(outcome), "hint": hint}


def listed(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Outcomes of containers."""
    return [
        {"container": outcome.subject.removeprefix("container "), **fields_of(outcome)}
        for outcome in outcomes
    ]


def _same(former: Record, made: Record) -> bool:
    """Whether a decision says what the newest one said. What was done anew is always new."""
    if made.act != Act.NONE.value or made.rolls:
        return False
    compared = ("outcome", "reason", "hint", "command", "revision")
    return all(getattr(former, name) == getattr(made, name) for name in compared)


def _id(made: Record, before: str) -> str:
    """The same for the same decision after the same one, whoever tries again."""
    said = (made.subject.id, before, made.outcome, made.reason, made.act, made.revision, made.identity)
    return envelope.identity(Topic.OUTCOME, *said)


def _short(made: Record) -> Record:
    """The record with its words cut where they are too many."""
    return replace(made, reason=made.reason[: caps.WORDS], hint=made.hint[: caps.WORDS])
