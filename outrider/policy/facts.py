"""A behaviour model, and the events that came since → the facts that `stages.step` decides on."""

from dataclasses import dataclass, field

from outrider.model.behaviour import BehaviourModel
from outrider.model.event import Event, deviates
from outrider.policy.stages import Facts

MOST_ALERTS = 100_000
"""Alerts that are counted one by one: what decides is whether there are a few. An event is told at least
once, and its number is remembered for that."""


@dataclass(slots=True)
class Alerts:
    """Counts acts that a policy did not allow, each once, and those after a moment only."""

    container: str
    since_ns: int
    last_ns: int = 0
    _told: set[tuple[str, int]] = field(default_factory=set)

    def take(self, event: Event) -> None:
        """Take one event, of whichever container."""
        if not deviates(event) or event.container != self.container or event.time_ns < self.since_ns:
            return
        self.last_ns = max(self.last_ns, event.time_ns)
        if len(self._told) < MOST_ALERTS:
            self._told.add((event.instance, event.seq))

    @property
    def count(self) -> int:
        """How many, MOST_ALERTS at most."""
        return len(self._told)


def facts_of(model: BehaviourModel, now_ns: int, alerts: Alerts | None = None) -> Facts:
    """What is known of a version. What was carried over tells nothing of it: it is new with its first
    life."""
    begun = min((step.at_ns for step in model.steps), default=0)
    own = [seen for seen in model.seen.values() if not seen.unused]
    first = max(min((seen.first_ns for seen in own), default=0), begun) if own else 0
    return Facts(
        now_ns=now_ns,
        first_ns=first,
        new_ns=max((seen.first_ns for seen in own if not seen.struck), default=0),
        lives=len(model.instances),
        alerts=alerts.count if alerts else 0,
        alert_ns=alerts.last_ns if alerts else 0,
    )
