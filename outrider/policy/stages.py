"""How far a workload version has come: learning → proposed → alerting → blocking, a step at a time.

Who holds the facts asks `step` now and then, and whenever a person asks for something; the answer is a
transition with its reason, or none. Asked again with the same facts, the answer is the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from outrider.model.stage import ORDER, Stage, Standing, Transition

SECOND = 1_000_000_000
"""ns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What it takes to go a step on, and what leads a step back. Times in seconds."""

    learn_seconds: int = 24 * 3600
    """Least time since the first life was seen."""
    learn_lives: int = 3
    """Least number of lives that were seen: one task may never meet what another does."""
    quiet_seconds: int = 4 * 3600
    """Least time since the last behaviour that was new."""
    read_seconds: int = 0
    """How long a proposal lies before it is taken; people read it meanwhile."""
    alert_seconds: int = 24 * 3600
    """Least time in alerting, and since the last alert."""
    by_people: frozenset[Stage] = frozenset({Stage.BLOCKING})
    """Stages that only a person leads to."""
    back_alerts: int = 0
    """So many alerts within `back_seconds` of the step to blocking lead back to alerting; 0: never."""
    back_seconds: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a workload version. Times in ns since the epoch; 0: never."""

    now_ns: int
    first_ns: int = 0
    """The first life was seen."""
    new_ns: int = 0
    """A behaviour was seen for the first time."""
    lives: int = 0
    alerts: int = 0
    """Acts that were reported or stopped since the stage began."""
    alert_ns: int = 0
    """The last of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A person asks for a stage; any is reached, from any other."""

    stage: Stage
    who: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What `step` says."""

    transition: Transition | None
    waits_for: tuple[str, ...] = field(default=())
    """What is missing for the next step, in words; empty at the last stage."""


def step(standing: Standing, facts: Facts, terms: Terms, wish: Wish | None = None) -> Answer:
    """The next step, if there is one. A wish comes before the terms, a step back before one on."""
    if wish is not None and wish.stage is not standing.stage:
        reason = wish.why or f"asked for by {wish.who}"
        return Answer(_to(standing, wish.stage, facts, reason, wish.who))
    if reason := _too_many(standing, facts, terms):
        return Answer(_to(standing, Stage.ALERTING, facts, reason))
    if standing.stage is ORDER[-1]:
        return Answer(None)
    after = ORDER[ORDER.index(standing.stage) + 1]
    missing = tuple(_missing(standing, facts, terms, after))
    if missing:
        return Answer(None, missing)
    return Answer(_to(standing, after, facts, _REASONS[after]))


def settled(standing: Standing, terms: Terms, now_ns: int) -> bool:
    """Whether nobody has to look at it: no terms move it, on or back, whatever the facts become."""
    if standing.stage is ORDER[-1]:
        return not (terms.back_alerts and _young(standing, terms, now_ns))
    return ORDER[ORDER.index(standing.stage) + 1] in terms.by_people


_REASONS = {
    Stage.PROPOSED: "it was watched long enough, in enough lives, and nothing new came",
    Stage.ALERTING: "the proposal lay long enough",
    Stage.BLOCKING: "nothing was reported for long enough",
}


def _missing(standing: Standing, facts: Facts, terms: Terms, after: Stage) -> Iterator[str]:
    """What the step to `after` waits for."""
    if after is Stage.PROPOSED:
        yield from _time("watched", facts.first_ns, terms.learn_seconds, facts.now_ns)
        if facts.lives < terms.learn_lives:
            yield f"{terms.learn_lives - facts.lives} more lives"
        yield from _time("nothing new", facts.new_ns, terms.quiet_seconds, facts.now_ns)
    elif after is Stage.ALERTING:
        yield from _time("proposed", standing.since_ns, terms.read_seconds, facts.now_ns)
    else:
        yield from _time("alerting", standing.since_ns, terms.alert_seconds, facts.now_ns)
        if facts.alerts:
            yield from _time("no alert", facts.alert_ns, terms.alert_seconds, facts.now_ns)
    if after in terms.by_people:
        yield f"a person who says {after}"


def _time(what: str, since_ns: int, seconds: int, now_ns: int) -> Iterator[str]:
    """What is missing of a time; a clock that goes back only lengthens it."""
    passed = (now_ns - since_ns) // SECOND if since_ns else 0
    if passed < seconds:
        yield f"{what} for {seconds - max(passed, 0)} more seconds"


def _too_many(standing: Standing, facts: Facts, terms: Terms) -> str:
    """Why it goes back to alerting; empty: it does not."""
    if standing.stage is not Stage.BLOCKING or not terms.back_alerts:
        return ""
    if not _young(standing, terms, facts.now_ns):
        return ""
    if facts.alerts < terms.back_alerts:
        return ""
    return f"{facts.alerts} acts were stopped within {terms.back_seconds} s of blocking"


def _young(standing: Standing, terms: Terms, now_ns: int) -> bool:
    """Whether the step to blocking may still be taken back."""
    return now_ns - standing.since_ns <= terms.back_seconds * SECOND


def _to(standing: Standing, after: Stage, facts: Facts, reason: str, by: str = "") -> Transition:
    return Transition(before=standing.stage, after=after, at_ns=facts.now_ns, reason=reason, by=by)
