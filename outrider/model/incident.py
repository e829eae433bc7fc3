"""What a responder is called for: everything of one story, told once, with what to do."""

from dataclasses import dataclass
from enum import StrEnum

from outrider.model.attack import Technique
from outrider.model.detection import Detection
from outrider.model.event import Event
from outrider.model.finding import Severity


class State(StrEnum):
    """Where an incident stands."""

    OPENED = "opened"
    """Told for the first time."""
    UPDATED = "updated"
    """It goes on."""
    CLOSED = "closed"
    """Nothing came for a minute, the container ended, or it became part of another."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """An act that the policy did not allow: stopped, or let through with an alert."""

    event: Event
    times: int
    """How often it happened: once, and what was counted as repeats."""
    why: str
    """By which rule, or that there is none; in words that are safe to print."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a detector saw in it, and what the detector says of such things."""

    detection: Detection
    title: str
    """As a person says it; the detector's id where it is not known."""
    attack: tuple[Technique, ...]
    times: int = 1
    """How often the detector saw the same of the same process."""


@dataclass(frozen=True, slots=True)
class Points:
    """One reason for a score."""

    points: int
    """May be negative."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Deviations and detections that belong together. Texts are safe to print on one line."""

    id: str
    """64 hex digits, the same however often and by whom it is told: by container, life and first event."""
    container: str
    instance: str
    """Life of the container."""
    begin_ns: int
    """Of the first deviation or detection; ns since the epoch."""
    end_ns: int
    """Of the last."""
    state: State
    score: int
    """0 to 100."""
    points: tuple[Points, ...]
    """Why: they add up to the score, but for its bounds."""
    severity: Severity
    """Follows from the score."""
    title: str
    narrative: str
    """Who, from where, what, in order, what was stopped: facts of the record only."""
    stopped: bool
    """Everything that was not allowed was refused, and no detection was of something that was let through."""
    detections: tuple[Shape, ...]
    """Worst first."""
    deviations: tuple[Deviation, ...]
    """In order of time; repeats are counted."""
    seqs: tuple[int, ...]
    """Numbers of the events that are evidence, ascending."""
    attack: tuple[Technique, ...]
    """All techniques, in the order of the kill chain."""
    advice: tuple[str, ...]
    """What to do, most urgent first."""
    events: tuple[Event, ...]
    """What the processes involved did, from a minute before: the timeline."""
    left_out: int = 0
    """Events that belong to it and are not in `events`, `deviations` and `detections`: there was no room."""
    was: Severity | None = None
    """Severity when it was told before; None: it was not. People are called when it rises."""
    merged_into: str = ""
    """Id of the incident it became part of; empty: it is one of its own."""
