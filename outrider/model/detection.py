"""What a detector says of events: a shape that attacks have, whether a policy allows its parts or not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from outrider.model.finding import Severity


class Confidence(IntEnum):
    """How sure; larger is surer."""

    LOW = 1
    """Ordinary programs do it now and then."""
    MEDIUM = 2
    """Ordinary programs do it rarely, and then by design."""
    HIGH = 3
    """Nothing but an attack, or a person at work in the container, is known to do it."""

    @property
    def word(self) -> str:
        """In lower case, as reports write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One time that a detector fired."""

    detector: str
    """Its id, as `reverse-shell`."""
    severity: Severity
    confidence: Confidence
    container: str
    instance: str
    """Life of the container, as in its events."""
    time_ns: int
    """Of the event that completed the shape; ns since the epoch."""
    seqs: tuple[int, ...]
    """Numbers of the events that make it up, ascending; never empty, and bounded by MOST_EVIDENCE."""
    pid: int
    """Of the process that is to blame."""
    program: str
    what: str
    """What was seen, a sentence without its end: `dash was started with a socket for its input`."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else is worth knowing, by name: `peer`, `file`, `count`."""


MOST_EVIDENCE = 64
"""Events that one detection names: the last ones. Who scans a network makes thousands."""
