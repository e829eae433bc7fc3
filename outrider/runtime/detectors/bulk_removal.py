"""Data is destroyed."""

import re
from dataclasses import dataclass, replace

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.paths import TEMPORARY_DIRECTORIES, is_installer, shown
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Window

MOST_FILES = 100
"""Files with data that are taken away within a minute."""

_REMOVERS = frozenset({"busybox", "find", "rm", "rsync", "shred", "srm", "unlink"})
"""What people and scripts take files away with. A database takes away its own, by itself."""

_VOLATILE = re.compile(
    r"/(?:\.?caches?|\.git|\.npm|__pycache__|build|dist|lists|lock|locks|logs?|node_modules|sessions?|site-packages"
    r"|target|te?mp|trash|\.Trash[^/]*|venv|\.venv|vendor)/",
    re.I,
)
"""Directories whose files are made again."""

_UNLINKS = frozenset({"unlink", "unlinkat", "rmdir"})
_WIPERS = re.compile(r"(?:mkfs(?:\.[a-z0-9]+)?|mke2fs|wipefs|blkdiscard)$")
_DISK = re.compile(r"of=/dev/(?:sd|nvme|xvd|vd|md|dm-|mapper/)")
_RECURSIVE = re.compile(r"-[A-Za-z]*[rR][A-Za-z]*$|--recursive$")
_TREES = re.compile(r"/(?:\*|(?:bin|boot|etc|home|lib|root|usr|var|var/lib)(?:/\*?)?)?$")

WINDOW = Window(span_ns=60 * SECOND, most=MOST_FILES, keys=8)


@dataclass(frozen=True, slots=True)
class State:
    """What is known, and what was taken away."""

    known: frozenset[Behaviour]
    counts: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """What is known of the container."""
    return State(scene.known)


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """A file less, or a command after which there are none."""
    if event.kind is Kind.EXEC:
        return state, _commanded(event)
    name, path = program_name(event.program), event.target
    if event.syscall not in _UNLINKS or path.startswith(TEMPORARY_DIRECTORIES) or _VOLATILE.search(path):
        return state, ()
    if name not in _REMOVERS and not state.known:
        return state, ()
    if is_known(state.known, event) or is_installer(event):
        return state, ()
    counts, recent = WINDOW.add(state.counts, event.program, path[-96:], event)
    if len(recent) < MOST_FILES:
        return replace(state, counts=counts), ()
    who = name or "a program"
    what = f"{who} took away {len(recent)} files within a minute, the last {shown(path)}"
    hit = Hit(
        event=event,
        what=what.rstrip("."),
        earlier=recent.seqs,
        confidence=None if name in _REMOVERS else Confidence.LOW,
        facts={"last": shown(path)},
    )
    return replace(state, counts=WINDOW.tell(counts, event.program, event)), (hit,)


def _commanded(event: Event) -> tuple[Hit, ...]:
    """What is started to take everything away."""
    name = program_name(event.target)
    if name == "busybox" and event.argv:
        name = program_name(event.argv[0])
    words = event.argv[1:]
    if _WIPERS.match(name):
        what = f"{shown(name)} was started, after which a disk is empty"
    elif name in ("dd", "shred") and any(
        _DISK.match(word if name == "dd" else f"of={word}") for word in words
    ):
        what = f"{name} was started on a disk"
    elif name == "rm" and any(map(_RECURSIVE.match, words)) and any(map(_TREES.match, words)):
        tree = next(word for word in words if _TREES.match(word))
        what = f"rm was started to take away all below {tree}"
    else:
        return ()
    return (Hit(event=event, what=what, facts={"command": shown(" ".join(event.argv))}),)


DETECTOR = Detector(
    id="bulk-removal",
    title="Many files are taken away",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1485", "T1561"),
    falco=("Remove Bulk Data from Disk",),
    explanation=(
        "Wiping is the end of an attack, or its purpose. It counts files that tools like rm and find take "
        "away outside of temporary directories and caches, and knows commands that empty a disk or a tree "
        "of the system. Of other programs it counts only where a model says that they never did."
    ),
    false_positives=(
        "Clean-up jobs that remove old data with find, deployments that replace a tree. The same each time:"
        " they are learned."
    ),
    advice=(
        "Stop the task. Take what is left on EFS from its backup; see which credentials could also remove "
        "the backups, and keep them apart."
    ),
    kinds=frozenset({Kind.WRITE, Kind.EXEC}),
    begin=begin,
    step=step,
)
