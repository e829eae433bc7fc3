"""Envelopes → sinks: each sink has each envelope once, in so far as AWS lets anybody say so.

Before an envelope is sent to a sink, the ledger is asked for the right to; afterwards it notes that it was.
A sender that dies in between holds the right for a lease, then somebody else may send. Models, lake and
Security Hub take the same thing twice without a difference; on bus and topic the second copy has the
first's id.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from cdk_app.functions.reporter.intake import Told
from cdk_app.functions.reporter.routing import BUS, SINKS, sinks
from outrider.errors import OutriderError
from outrider.model.envelope import Envelope


class Right(StrEnum):
    """Answer of the ledger."""

    GIVEN = "given"
    DONE = "done"
    """That sink has had that envelope."""
    BUSY = "busy"
    """Somebody else is sending it, or died doing so: to be tried again."""


class Ledger(Protocol):
    """Who has had what. Its methods raise EnvironmentFault."""

    def claim(self, sink: str, id: str) -> Right:
        """Ask for the right to send."""

    def done(self, sink: str, id: str) -> None:
        """It was sent."""

    def release(self, sink: str, id: str) -> None:
        """It was not."""


class Sink(Protocol):
    """Somewhere envelopes go."""

    def send(self, envelopes: Sequence[Envelope]) -> Mapping[str, str]:
        """Send them; gives id → problem for those that were not taken. Raises OutriderError: none was."""


@dataclass(slots=True)
class Result:
    """What came of it."""

    problems: dict[str, str] = field(default_factory=dict)
    """Id → why the envelope has to come again."""
    delivered: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    failed: Counter[str] = field(default_factory=Counter)


def deliver(told: Sequence[Told], doors: Mapping[str, Sink], ledger: Ledger) -> Result:
    """Send envelopes to the sinks there are. A sink that fails keeps no other from its envelopes."""
    result = Result()
    one_each = {one.envelope.id: one for one in told}
    heard = {one.envelope.id for one in told if one.from_bus}
    for sink in SINKS:
        if sink not in doors:
            continue
        wanted = [
            one.envelope
            for id, one in one_each.items()
            if sink in sinks(one.envelope) and not (sink == BUS and id in heard)
        ]
        _to_sink(sink, wanted, doors[sink], ledger, result)
    return result


def _to_sink(sink: str, wanted: list[Envelope], door: Sink, ledger: Ledger, result: Result) -> None:
    """Send what that sink has not had."""
    claimed = [envelope for envelope in wanted if _claimed(sink, envelope.id, ledger, result)]
    if not claimed:
        return
    try:
        problems = door.send(claimed)
    except OutriderError as error:
        problems = {envelope.id: error.message for envelope in claimed}
    for envelope in claimed:
        problem = problems.get(envelope.id, "")
        try:
            (ledger.release if problem else ledger.done)(sink, envelope.id)
        except OutriderError as error:
            problem = problem or error.message
        if problem:
            result.failed[sink] += 1
            result.problems[envelope.id] = f"{sink}: {problem}"
        else:
            result.delivered[sink] += 1


def _claimed(sink: str, id: str, ledger: Ledger, result: Result) -> bool:
    """Whether it is ours to send."""
    try:
        right = ledger.claim(sink, id)
    except OutriderError as error:
        result.failed[sink] += 1
        result.problems[id] = f"{sink}: {error.message}"
        return False
    if right is Right.BUSY:
        result.problems[id] = f"{sink}: somebody else is sending it"
    result.duplicates += right is Right.DONE
    return right is Right.GIVEN
