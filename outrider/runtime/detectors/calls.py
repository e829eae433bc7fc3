"""Detectors of system calls that ordinary programs do not make: one table row is one call."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Hit, Scene, Step
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.paths import PROGRAM_DIRECTORIES
from outrider.runtime.detectors.programs import program_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a call says."""

    did: str
    """What it was for: `tried to mount a file system`."""
    severity: Severity
    confidence: Confidence
    made_by: frozenset[str] = frozenset()
    """Programs that make it by design. They are believed in the system's own directories only."""


def of_calls(calls: Mapping[str, Call]) -> tuple[Callable[[Scene], Set[Behaviour]], Step]:
    """`begin` and `step` of a detector of calls, by their names in native/traps.c."""

    def begin(scene: Scene) -> Set[Behaviour]:
        return scene.known

    def step(known: Set[Behaviour], event: Event) -> tuple[Set[Behaviour], tuple[Hit, ...]]:
        call = calls.get(event.target)
        if call is None or _by_design(call, event.program) or is_known(known, event):
            return known, ()
        name = program_name(event.program) or "a program"
        hit = Hit(
            event=event,
            what=f"{name} {call.did}",
            severity=call.severity,
            confidence=call.confidence,
            facts={"call": event.target},
        )
        return known, (hit,)

    return begin, step


def _by_design(call: Call, program: str) -> bool:
    """Whether a program is known to everybody for this."""
    return program_name(program) in call.made_by and program.startswith((*PROGRAM_DIRECTORIES, "/opt/"))
