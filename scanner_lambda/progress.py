"""How a scan goes: what it did so far, and why it is not done yet.

Apart from what scans, for the function's entry point is loaded before there is anything to scan.
"""

from dataclasses import dataclass

from outrider.errors import EnvironmentFault, OutriderError


class ContinueLater(OutriderError):
    """Time runs short; what was read is kept."""


class NotThere(EnvironmentFault):
    """What was asked for does not exist."""


class Passing(EnvironmentFault):
    """A fault that passes: throttling, an error of AWS's own, a connection that broke.

    What was asked is not known then, and nothing may be concluded from that: the work is tried again.
    """


class ScannedElsewhere(OutriderError):
    """Another invocation is scanning the same thing now."""


@dataclass(slots=True)
class Counts:
    """What a scan did, for metrics."""

    read: int = 0
    known: int = 0
    bytes: int = 0
