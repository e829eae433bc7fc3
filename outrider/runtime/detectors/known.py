"""What a container is known for: detectors that would fire at it are silent."""

from collections.abc import Set

from outrider.model.behaviour import Behaviour
from outrider.model.event import Event
from outrider.runtime.behaviours import behaviour_of


def is_known(known: Set[Behaviour], event: Event) -> bool:
    """Whether its model has what an event shows."""
    return bool(known) and behaviour_of(event) in known
