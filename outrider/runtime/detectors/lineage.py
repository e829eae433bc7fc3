"""Who is who in a life: its first program, what descends from whom, what was there before."""

from collections.abc import Callable

from outrider.model.event import Event, Kind
from outrider.runtime.detectors.detector import Hit, Scene, Step
from outrider.runtime.detectors.programs import program_name

LAUNCHER = "outrider-run"
"""Name of the program that starts the application: `outrider-run -- ENTRYPOINT`."""


def is_entry(event: Event) -> bool:
    """Whether it is the exec that starts the application: what the image, or the task definition, is for."""
    return event.kind is Kind.EXEC and is_launcher(event.program)


def is_launcher(path: str) -> bool:
    """Whether a program is the launcher, which is the supervisor too."""
    return path.endswith(LAUNCHER) and program_name(path) == LAUNCHER


def pids(event: Event) -> tuple[int, ...]:
    """Who acted and who is above it, nearest first."""
    return (event.pid, *(ancestor.pid for ancestor in event.ancestors))


def known_names(scene: Scene) -> frozenset[str]:
    """Last names of the programs that the container was seen to run, before this life."""
    return frozenset(
        program_name(behaviour.target) for behaviour in scene.known if behaviour.kind is Kind.EXEC
    )


def known_starts(scene: Scene) -> frozenset[tuple[str, str]]:
    """Last names of (program, program that it was seen to start)."""
    return frozenset(
        (program_name(behaviour.program), program_name(behaviour.target))
        for behaviour in scene.known
        if behaviour.kind is Kind.EXEC
    )


def with_known_names(
    find: Callable[[frozenset[str], Event], tuple[Hit, ...]],
) -> tuple[Callable[[Scene], frozenset[str]], Step]:
    """`begin` and `step` of a detector of single events that lets pass what the container always ran."""

    def step(known: frozenset[str], event: Event) -> tuple[frozenset[str], tuple[Hit, ...]]:
        return known, find(known, event)

    return known_names, step
