"""An artifact that was opened: what is known of it as a whole, and the parts it must be read from."""

from dataclasses import dataclass

from outrider.model.artifact import Kind
from outrider.model.outcome import Outcome
from outrider.scan.compliance.subjects import Function
from outrider.scan.image.facts import ImageFacts
from outrider.scan.parts import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One artifact, opened but not read."""

    kind: Kind
    name: str
    """As the user named it."""
    parts: tuple[Part, ...]
    """Lowest layer first."""
    digest: str = ""
    platform: str = ""
    image: ImageFacts | None = None
    """For images: what the config says."""
    runtime: str = ""
    """For functions: the runtime's identifier."""
    environment: tuple[tuple[str, str], ...] = ()
    """For functions: variables as configured. Searched for secrets, never shown."""
    function: Function | None = None
    """For functions read from an account: their settings, as rules look at them."""
    outcomes: tuple[Outcome, ...] = ()
    """What could not be opened, or was left out, before anything was read."""
