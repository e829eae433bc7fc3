"""Learned under attack: which events detectors named, and what they showed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from outrider.model.behaviour import Behaviour, Seen
from outrider.model.detection import Detection
from outrider.model.event import Kind

Place = tuple[str, int]
"""Instance and number of an event."""


def because(detector: str) -> str:
    """The reason for which an event is left out."""
    return f"flagged by {detector}"


_NOTHING = Behaviour(Kind.EXEC, "")


@dataclass(frozen=True, slots=True)
class Flagged:
    """Behaviour of one container that one detector named."""

    container: str
    detector: str
    behaviour: Behaviour | None
    """None: what the event showed is nothing that a model holds."""
    events: int
    """That it named, repeats not counted."""
    what: str
    """What the detector said of the first, a sentence without its end."""
    learned: bool
    """Whether it is in the model all the same: other events showed it that no detector named."""

    @property
    def order(self) -> tuple[str, str, bool, Behaviour, str]:
        """To sort by."""
        nothing = self.behaviour is None
        return self.container, self.detector, nothing, self.behaviour or _NOTHING, self.what


@dataclass(slots=True)
class Flags:
    """What detectors said of the events of one container."""

    named: dict[Place, str] = field(default_factory=dict)
    """Event → the first detector that named it."""
    what: dict[str, str] = field(default_factory=dict)
    """Detector → what it said first."""
    showed: dict[tuple[str, Behaviour | None], int] = field(default_factory=dict)
    """Detector and behaviour → events."""

    def take(self, found: Sequence[Detection], place: Place) -> str:
        """Note what detections name; return the detector that names the event at this place, or nothing."""
        for one in found:
            self.what.setdefault(one.detector, one.what)
            for seq in one.seqs:
                self.named.setdefault((one.instance, seq), one.detector)
        return self.named.get(place, "") if found else ""

    def about(self, place: Place, behaviour: Behaviour | None) -> None:
        """Note what the event at this place showed."""
        key = self.named[place], behaviour
        self.showed[key] = self.showed.get(key, 0) + 1

    def told(self, container: str, learned: Mapping[Behaviour, Seen]) -> list[Flagged]:
        """What there is to tell a person, when this was learned besides."""
        return [
            Flagged(container, detector, behaviour, events, self.what[detector], behaviour in learned)
            for (detector, behaviour), events in self.showed.items()
        ]
