"""A file that was written in this life of the container, and then run."""

from dataclasses import dataclass, field, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind, Verdict
from outrider.model.finding import Severity
from outrider.runtime.detectors.command_lines import script
from outrider.runtime.detectors.detector import Detector, Hit, Scene, is_expected
from outrider.runtime.detectors.lineage import is_entry, known_names
from outrider.runtime.detectors.memory import Memory, short
from outrider.runtime.detectors.programs import fits, program_name

_NOT_CONTENT = frozenset(
    {
        "unlink",
        "unlinkat",
        "rmdir",
        "mkdir",
        "mkdirat",
        "chmod",
        "fchmod",
        "fchmodat",
        "fchmodat2",
        "symlink",
        "symlinkat",
        "mknod",
    }
)
"""Calls that change a file's name or mode, not what is in it."""
_TWO_NAMES = frozenset({"link", "linkat", "rename", "renameat", "renameat2"})
"""Calls that are told of twice, first with the old name: what is under the new one is what was under that."""
_SHARED_MEMORY = "/dev/shm/"  # noqa: S108 -- what it looks for


@dataclass(frozen=True, slots=True)
class _State:
    """Names of programs the container always ran; path → number of the event that wrote it."""

    known: frozenset[str]
    written: Memory[str, int] = field(default_factory=Memory)
    hears_of_writes: bool = False
    """Whether writes that are allowed are reported. Then what is new by its times alone had its owner
    or its mode changed."""
    given: tuple[int, int] = (0, 0)
    """pid and number of the event in which a file that was written is given another name."""


def _begin(scene: Scene) -> _State:
    return _State(known_names(scene))


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """Remember what is written; look it up when it is run."""
    if event.kind is Kind.WRITE:
        return _after_write(state, event), ()
    if is_expected(event):
        return state, ()
    text = script(event)
    if short(event.target) in state.written:
        return state, (_hit(state, event, event.target, None),)
    if "new" in event.traits and not (
        state.hears_of_writes or is_entry(event) or program_name(event.target) in state.known
    ):
        return state, (_hit(state, event, event.target, Confidence.MEDIUM),)
    if text is not None and short(text) in state.written:
        return state, (_hit(state, event, text, Confidence.MEDIUM),)
    return state, ()


def _after_write(state: _State, event: Event) -> _State:
    """With a path that has new content, if it has."""
    if event.verdict is Verdict.ALLOW and not state.hears_of_writes:
        state = replace(state, hears_of_writes=True)
    refused = event.verdict is Verdict.BLOCK or event.errno != 0
    if refused or event.syscall in _NOT_CONTENT or "removes" in event.traits:
        return state
    path = short(event.target)
    known = path in state.written
    if event.syscall in _TWO_NAMES and state.given != (event.pid, event.seq - 1):
        return replace(state, given=(event.pid, event.seq)) if known else state
    if known or (path.startswith(("/dev/", "/proc/")) and not path.startswith(_SHARED_MEMORY)):
        return state
    written = state.written.plus(path, event.seq)
    return _State(state.known, written, state.hears_of_writes, state.given)  # each write: replace() is slow


def _hit(state: _State, event: Event, file: str, confidence: Confidence | None) -> Hit:
    """What ran, and the write before it."""
    by = program_name(event.program)
    writing = state.written.get(short(file))
    return Hit(
        event=event,
        what=f'{fits(by)} ran "{fits(file)}", which is newer than the start of the application',
        earlier=() if writing is None else (writing,),
        facts={"file": fits(file, 1024)},
        confidence=confidence,
    )


DETECTOR = Detector(
    id="dropped-program",
    title="A program that was written here, then run",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1105", "T1059"),
    falco=(
        "Drop and execute new binary in container",
        "Container Drift Detected (open+create)",
    ),
    guardduty=("Execution/NewBinaryExecuted", "Execution/MaliciousFileExecuted"),
    explanation=(
        "An image brings all the programs that its service needs. One that is made while the container "
        "runs, and then started, was brought by somebody else: the second step of nearly every intrusion."
    ),
    false_positives=(
        "Containers that build or install software while they run, and start scripts that write other "
        "scripts; a script given to an interpreter counts as less sure. So does a file of which only the "
        "times say that it is new, as after `chown -R`; where the model has it, it is passed over."
    ),
    advice=(
        "Keep the file (its hash is in the event) and see who wrote it and over which connection. If the "
        "service does it by design, move that step into the image's build, or allow the program by a rule."
    ),
    kinds=frozenset({Kind.EXEC, Kind.WRITE}),
    begin=_begin,
    step=_step,
    even_if_allowed=True,  # the write may be allowed where running what was written is not
)
