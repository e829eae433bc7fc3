"""Where a workload version stands, in the models' table: what is known of it, one look at the terms, the
step.

Steps lie with the model, as item `steps`; alerts, and what was told of the steps, in a partition of their
own. All are unions, written over the version that was read: whoever comes first, twice or late, they are the
same.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.models import ATTEMPTS, Table
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import json_document
from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Event, deviates
from outrider.model.stage import Transition
from outrider.policy.facts import facts_of
from outrider.policy.stages import Answer, Facts, Terms, Wish, step

MOST_ALERTS = 256
"""Alerts of a version that are kept, the last ones: 15 KB of an item. What decides is whether there are a
few."""

MICROSECOND = 1000
"""ns: least time between two steps, by which the numbers of their policies differ."""

_KEY, _TOLD = "alerts", "told"


@dataclass(frozen=True, slots=True, order=True)
class Alert:
    """An act that a policy did not allow."""

    time_ns: int
    instance: str
    seq: int


def note(table: Table, model: BehaviourModel, *events: Event) -> None:
    """Keep deviations of the version that `model` names, in one write; what is none is passed over.

    Raises EnvironmentFault: they may be noted again.
    """
    alerts = {Alert(event.time_ns, event.instance, event.seq) for event in events if deviates(event)}
    if not alerts:
        return
    for _ in range(ATTEMPTS):
        stored = table.get(partition(model), _KEY)
        known = _read(stored.document) if stored.version else frozenset()
        kept = _last({*known, *alerts})
        if kept == known or table.put(partition(model), _KEY, _written(kept), stored.version):
            return
    raise EnvironmentFault("a version's alerts are written by too many at once", hint="it is tried again.")


def evaluate(
    table: Table, model: BehaviourModel, terms: Terms, now_ns: int, wish: Wish | None = None
) -> Answer:
    """Look at a version once: the step that it made, which is in the table then, or what it waits for.

    A step is written over the steps that it was decided on, and comes after the last of them, whatever the
    clocks say. To be called on a schedule, and when a person asks. Raises EnvironmentFault.
    """
    for _ in range(ATTEMPTS):
        known, version = models.steps_of(table, model)
        whole = models.load(table, model)
        if whole.steps != known.steps:
            continue  # somebody was in between
        facts = known_of(table, whole, max(now_ns, whole.standing.since_ns + MICROSECOND))
        answer = step(whole.standing, facts, terms, wish)
        if answer.transition is None or models.add_step(table, whole, answer.transition, version):
            return answer
    raise EnvironmentFault("a version is moved by too many at once", hint="it is tried again.")


def not_told(table: Table, version: BehaviourModel) -> tuple[tuple[Transition, ...], int]:
    """Steps of a version that nobody was told of yet, in their order, and the version of the item that says
    so. `version` has the steps."""
    stored = table.get(partition(version), _TOLD)
    known = _names(stored.document) if stored.version else frozenset()
    steps = sorted(version.steps, key=lambda one: one.order)
    return tuple(one for one in steps if name_of(one) not in known), stored.version


def told(table: Table, version: BehaviourModel, expected: int) -> None:
    """All steps of a version were told. Where somebody was faster they may be told again, by the same ids."""
    names = sorted(map(name_of, version.steps))
    table.put(partition(version), _TOLD, json.dumps(names), expected)


def name_of(step: Transition) -> str:
    """Of a step among those of its version, 64 hex digits."""
    said = json.dumps([step.before, step.after, step.at_ns, step.reason, step.by])
    return hashlib.sha256(said.encode()).hexdigest()


def known_of(table: Table, whole: BehaviourModel, now_ns: int) -> Facts:
    """The facts of a version whose model is `whole`: those of the model, and alerts since its stage began."""
    stored = table.get(partition(whole), _KEY)
    known = _read(stored.document) if stored.version else frozenset()
    since = [alert.time_ns for alert in known if alert.time_ns >= whole.standing.since_ns]
    return replace(facts_of(whole, now_ns), alerts=len(since), alert_ns=max(since, default=0))


def partition(model: BehaviourModel) -> str:
    """Beside the model: whoever loads that does not load this."""
    return json.dumps([models.workload_key(model), _KEY], ensure_ascii=False)


def _last(alerts: Iterable[Alert]) -> frozenset[Alert]:
    """So many as are kept."""
    return frozenset(sorted(alerts)[-MOST_ALERTS:])


def _written(alerts: frozenset[Alert]) -> str:
    """As an item holds them."""
    return json.dumps([[alert.time_ns, alert.instance, alert.seq] for alert in sorted(alerts)])


def _names(document: str) -> frozenset[str]:
    """Names of steps, as an item holds them. Raises InvalidInput."""
    found = json_document.parse(document, "the steps that were told")
    if not isinstance(found, list):
        raise InvalidInput("the steps that were told are not what was written")
    return frozenset(map(str, found))


def _read(document: str) -> frozenset[Alert]:
    """What an item holds. Raises InvalidInput."""
    found = json_document.parse(document, "the alerts of a version")
    try:
        return frozenset(Alert(int(time_ns), str(instance), int(seq)) for time_ns, instance, seq in found)
    except (TypeError, ValueError):
        raise InvalidInput("the alerts of a version are not what was written") from None
