"""Many files become others, all in the same way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.paths import is_installer, shown
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Window, put

MOST_FILES = 20
"""Files that get the same new ending within a minute."""

HARMLESS = frozenset(
    {
        "archived", "asc", "backup", "bak", "br", "bz2", "crc", "deleted", "disabled", "done",
        "dpkg-dist", "dpkg-new", "dpkg-old", "dpkg-tmp", "error", "failed", "fixed", "gz",
        "imported", "inprogress", "json", "lock", "log", "lz", "lz4", "lzma", "lzo", "map",
        "md5", "new", "old", "orig", "part", "partial", "pending", "processed", "processing",
        "ready", "rej", "rpmnew", "rpmorig", "rpmsave", "sent", "sha1", "sha256", "sha512",
        "sig", "skip", "success", "swp", "tar", "temp", "tmp", "txt", "working", "xz", "z",
        "zip", "zst",
    }
)  # fmt: skip
"""Endings that packers, package managers, editors, rotation and queues of files give to many."""

_ENDING = re.compile(r"\.([A-Za-z][A-Za-z0-9_-]{1,31})$")
"""An ending that is no number, date or counter."""

_RENAMES = frozenset({"rename", "renameat", "renameat2"})
_OPENS = frozenset({"open", "openat", "openat2", "creat"})
_UNLINKS = frozenset({"unlink", "unlinkat"})
_REMEMBERED = 32

WINDOW = Window(span_ns=60 * SECOND, most=MOST_FILES, keys=32)


@dataclass(frozen=True, slots=True)
class State:
    """What was begun, and how many became what."""

    renaming: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    """Process → the last name that a rename of it was about, and the event: the old one comes first."""
    made: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """File → the ending of a copy that was opened beside it for writing, and the event."""
    counts: Counts = NOTHING_COUNTED


def begin(_: Scene) -> State:
    """Nothing was seen."""
    return State()


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """A file that is renamed, or copied and then taken away."""
    path = event.target
    if event.syscall in _RENAMES:
        before = state.renaming.get(event.pid)
        state = replace(state, renaming=put(state.renaming, event.pid, (path, event.seq), _REMEMBERED))
        ending = _new_ending(before[0], path) if before else ""
        return _counted(state, ending, before, event) if before and ending else (state, ())
    if event.syscall in _OPENS:
        match = _ENDING.search(path)
        if match and match[1].lower() not in HARMLESS:
            beside = path[: match.start()]
            state = replace(state, made=put(state.made, beside, (match[1].lower(), event.seq), _REMEMBERED))
        return state, ()
    if event.syscall in _UNLINKS and path in state.made:
        ending, seq = state.made[path]
        return _counted(state, ending, (path, seq), event)
    return state, ()


def _new_ending(old: str, new: str) -> str:
    """What was put behind a name; nothing when that was not all, or is common."""
    match = _ENDING.search(new)
    ending = match[1].lower() if match else ""
    return ending if match and new[: match.start()] == old and ending not in HARMLESS else ""


def _counted(
    state: State, ending: str, before: tuple[str, int], event: Event
) -> tuple[State, tuple[Hit, ...]]:
    """One more file with this ending."""
    if is_installer(event):
        return state, ()
    counts, recent = WINDOW.add(state.counts, ending, before[0][-96:], event)
    if len(recent) < MOST_FILES:
        return replace(state, counts=counts), ()
    name = program_name(event.program) or "a program"
    hit = Hit(
        event=event,
        what=f"{name} made {len(recent)} files end in .{ending} within a minute; their old names are gone",
        earlier=(*recent.seqs, before[1]),
        facts={"ending": ending, "last": shown(event.target)},
    )
    return replace(state, counts=WINDOW.tell(counts, ending, event)), (hit,)


DETECTOR = Detector(
    id="mass-encryption",
    title="Many files get the same new ending",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    attack=("T1486",),
    explanation=(
        "Ransomware writes each file anew and gives it an ending of its own, by renaming it or by taking "
        "the old one away. Endings of packers, editors, package managers and rotation are passed over. "
        "Files that are encrypted in place, without another name, are not told apart from files that are "
        "written."
    ),
    false_positives=(
        "Tools that encrypt backups file by file (gpg, age), and queues of files that mark what is done "
        "with an ending of their own."
    ),
    advice=(
        "Stop the task at once: every second is files. Restore from snapshots or versions of S3 and EFS; "
        "see which of them the task's role may take away, too."
    ),
    kinds=frozenset({Kind.WRITE}),
    begin=begin,
    step=step,
)
