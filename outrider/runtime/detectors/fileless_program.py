"""A program that has no file: it is in memory only, or its name is gone."""

from collections.abc import Set
from dataclasses import dataclass, field, replace

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.memory import Memory
from outrider.runtime.detectors.programs import SHELLS, fits, is_one_of, program_name

_MEMFD = "/memfd:"
_GONE = " (deleted)"
_RUNC = "/memfd:runc_cloned:"
"""runc runs a sealed copy of itself, so that a container cannot overwrite it; seen at ECS Exec."""
_NO_USE = SHELLS | {"lua", "perl", "ruby", "tclsh"}
"""Who has no use for a file in memory. Python, PHP, .NET and JITs have: locks, code, shared pages."""


@dataclass(frozen=True, slots=True)
class _State:
    known: Set[Behaviour]
    told: Memory[int, bool] = field(default_factory=Memory)
    """Processes that were told of."""
    made: Memory[int, int] = field(default_factory=Memory)
    """Process → the event in which it made a file in memory."""


def _begin(scene: Scene) -> _State:
    return _State(scene.known)


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """An exec of such a file; or an act of a process that is one, once for each process; or its making."""
    if event.kind is Kind.EXEC and not event.target.startswith(_RUNC):
        how = _how(event.target, event.traits)
        if how:
            return _telling(state, event, event.target, how)
    acts = event.program.startswith(_MEMFD) and not event.program.startswith(_RUNC)
    if acts and event.pid not in state.told:
        return _telling(state, event, event.program, "is in memory only")
    if event.kind is Kind.SYSCALL and event.target == "memfd_create":
        return replace(state, made=state.made.plus(event.pid, event.seq)), _making(state.known, event)
    return state, ()


def _making(known: Set[Behaviour], event: Event) -> tuple[Hit, ...]:
    """A file in memory alone says something of few programs only."""
    if not is_one_of(event.program, _NO_USE) or is_known(known, event):
        return ()
    what = f"{fits(program_name(event.program))} made a file in memory, as programs without a file begin"
    return (Hit(event=event, what=what, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM),)


def _telling(state: _State, event: Event, path: str, how: str) -> tuple[_State, tuple[Hit, ...]]:
    """With the making of the file, when this process or one above it did that."""
    family = (event.pid, event.ppid, *(above.pid for above in event.ancestors))
    made = next((seq for pid in family if (seq := state.made.get(pid)) is not None), None)
    earlier = () if made is None or not how.endswith("memory only") else (made,)
    hit = replace(_hit(event, path, how), earlier=earlier)
    return replace(state, told=state.told.plus(event.pid, True)), (hit,)


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
        "nothing on the disk for a scanner to find. That is what it is done for. The making of a file in "
        "memory (memfd_create) is evidence of it, and is told by itself of shells, Perl, Ruby and their "
        "like, which have no use for one."
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
