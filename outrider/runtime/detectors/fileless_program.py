"""A program that has no file: it is in memory only, or its name is gone."""

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.memory import Memory
from outrider.runtime.detectors.programs import fits, program_name

_MEMFD = "/memfd:"
_GONE = " (deleted)"
_RUNC = "/memfd:runc_cloned:"
"""runc runs a sealed copy of itself, so that a container cannot overwrite it; seen at ECS Exec."""


def _begin(_: Scene) -> Memory[int, bool]:
    return Memory()


def _step(told: Memory[int, bool], event: Event) -> tuple[Memory[int, bool], tuple[Hit, ...]]:
    """An exec of such a file; or an act of a process that is one, once for each process."""
    if event.kind is Kind.EXEC and not event.target.startswith(_RUNC):
        how = _how(event.target, event.traits)
        if how:
            return told.plus(event.pid, True), (_hit(event, event.target, how),)
    if not event.program.startswith(_MEMFD) or event.program.startswith(_RUNC) or event.pid in told:
        return told, ()
    return told.plus(event.pid, True), (_hit(event, event.program, "is in memory only"),)


def _how(path: str, traits: tuple[str, ...]) -> str:
    """In what way it has no file; empty: it has one."""
    if path.startswith(_MEMFD) or "memfd" in traits:
        return "is in memory only"
    if path.endswith(_GONE) or "unlinked" in traits:
        return "was deleted before it ran"
    return ""


def _hit(event: Event, path: str, how: str) -> Hit:
    """One sentence for both."""
    acted = program_name(event.program)
    did = "ran" if path == event.target else "acted as"
    return Hit(
        event=event,
        what=f'process {event.pid} ({fits(acted)}) {did} "{fits(path)}", which {how}',
        facts={"file": fits(path, 1024)},
    )


DETECTOR = Detector(
    id="fileless-program",
    title="A program without a file",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    attack=("T1620", "T1027.011", "T1070.004"),
    falco=("Fileless execution via memfd_create",),
    guardduty=("DefenseEvasion/FilelessExecution",),
    explanation=(
        "A program that is run from memory, or from a file that was deleted before it started, leaves "
        "nothing on the disk for a scanner to find. That is what it is done for."
    ),
    false_positives=(
        "runc's sealed copy of itself is known and passed over. Self-updating programs that replace and "
        "delete themselves do not run the deleted file again."
    ),
    advice=(
        "Stop the task only after its memory was kept, if you can: there is no file. The flight record has "
        "the process that made it and where that was connected to."
    ),
    kinds=frozenset({Kind.EXEC, Kind.CONNECT, Kind.BIND, Kind.WRITE, Kind.SYSCALL}),
    begin=_begin,
    step=_step,
)
