"""One look at one workload version: the step, the policy that comes of it, and who is told.

A step is in the table before anybody is told. Who dies in between is followed by somebody who finds it there
and not among those that were told: the policy has the number of the step, the envelope its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cdk_app.functions.reporter import models, stages
from cdk_app.functions.reporter.staging import policies, telling
from cdk_app.functions.reporter.staging.policies import BuiltIn
from cdk_app.functions.reporter.staging.publishing import Sign, Store, publish
from cdk_app.functions.reporter.staging.telling import Place
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model.behaviour import BehaviourModel
from outrider.model.envelope import Envelope
from outrider.model.stage import Transition
from outrider.policy.stages import Answer, Terms, Wish, settled


class Bus(Protocol):
    """Who is told."""

    def send(self, envelopes: Sequence[Envelope]) -> Mapping[str, str]:
        """Id → problem, for those that were not taken."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything a look needs."""

    table: models.Table
    store: Store
    sign: Sign | None
    """None: nothing is published."""
    bus: Bus
    terms: Terms
    built_in: BuiltIn
    place: Place


def look(doors: Doors, version: BehaviourModel, now_ns: int, wish: Wish | None = None) -> Answer:
    """Move a version if it is time, or somebody asks; tell the steps that nobody was told of.

    Raises OutriderError: it is to be looked at again.
    """
    known, _ = models.steps_of(doors.table, version)
    if wish is None and settled(known.standing, doors.terms, now_ns):
        answer = Answer(None, ("a person",))
    else:
        answer = stages.evaluate(doors.table, version, doors.terms, now_ns, wish)
        if answer.transition is not None:
            known, _ = models.steps_of(doors.table, version)
    _tell(doors, known)
    return answer


def _tell(doors: Doors, known: BehaviourModel) -> None:
    """Tell what was not told. The policy is that of the last step: those before it are over."""
    steps, expected = stages.not_told(doors.table, known)
    if not steps:
        return
    whole = models.load(doors.table, known)
    told = [
        telling.of_step(known, step, _policy(doors, whole, step) if step is steps[-1] else {}, doors.place)
        for step in steps
    ]
    if problems := doors.bus.send(told):
        raise EnvironmentFault(f"the bus did not take a step: {min(problems.values())}")
    stages.told(doors.table, known, expected)


def _policy(doors: Doors, whole: BehaviourModel, step: Transition) -> dict[str, Any]:
    """Make the policy of a step, propose it and, where that is wanted, publish it; what is told of it.

    A model that cannot be said in a policy is told as that: the step was made. Raises EnvironmentFault.
    """
    try:
        made = policies.made(whole, step, doors.built_in)
    except InvalidInput as error:
        return {"problem": error.message[:1000]}
    proposal = doors.store.propose(made.proposal, made.text)
    said = {"proposal": proposal, "number": made.number, "rules": made.rules, "left_out": made.left_out}
    published = publish(made, doors.store, doors.sign)
    if published.address:
        return said | {"published": published.address}
    return said | {"not_published": published.why_not}
