"""Traces are taken away."""

import re
from dataclasses import dataclass, replace

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.paths import PROGRAM_DIRECTORIES, is_installer, shown
from outrider.runtime.detectors.programs import is_shell, program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Window

_HISTORY = re.compile(
    r"/\.(?:(?:ba|z|k|a)?sh_history|history|python_history|(?:mysql|psql|sqlite|rediscli|node_repl|dbshell)_?history)$"
)
_SYSTEM_LOG = re.compile(
    r"/var/log/(?:auth\.log|btmp|cron|daemon\.log|faillog|kern\.log|lastlog|maillog|messages|secure|syslog|tallylog"
    r"|user\.log|utmp|wtmp|audit/audit\.log|journal/.*\.journal)$|/(?:var/)?run/utmp$"
)
"""Logs of who came and what they did; their keepers move them aside and do not take them away."""

_ROTATED = re.compile(r"(?:[.-][0-9]+|\.old|\.gz|\.xz|\.bz2|\.zst|\.tmp|~)$")
"""Names of what was moved aside: taking it away is what rotation is for."""

_TAKES_AWAY = frozenset({"unlink", "unlinkat", "truncate", "ftruncate", "symlink", "symlinkat"})
"""Calls after which what was there is not. A rename leaves it under another name."""

_HANDS = frozenset(
    {"cp", "dd", "find", "ln", "mv", "rm", "sed", "shred", "srm", "tee", "truncate", "unlink", "wipe"}
)
_KEEPERS = frozenset(
    {"logrotate", "savelog", "systemd-journald", "journalctl", "rsyslogd", "syslog-ng", "newsyslog"}
)
"""Programs whose business logs are."""

MOST_LOGS = 5
"""Logs under /var/log that by hand are emptied or taken away within a minute: one may be in the way."""

WINDOW = Window(span_ns=60 * SECOND, most=MOST_LOGS, keys=16)


@dataclass(frozen=True, slots=True)
class State:
    """What is known, and what was taken away."""

    known: frozenset[Behaviour]
    counts: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """What is known of the container."""
    return State(scene.known)


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """A log or a history that is no more."""
    path = event.target
    history = "history" in path and _HISTORY.search(path) is not None
    if not history and not path.startswith(("/var/log/", "/run/utmp", "/var/run/utmp")):
        return state, ()
    if not _is_gone(event) or _ROTATED.search(path) or _is_expected(state, event):
        return state, ()
    name = program_name(event.program) or "a program"
    if history or _SYSTEM_LOG.match(path):
        kind = "the history of commands" if history else "a log of the system"
        what = f"{name} took away {shown(path)}, {kind}"
        return state, (Hit(event=event, what=what, facts={"file": shown(path)}),)
    if name not in _HANDS and not is_shell(name):
        return state, ()  # a program that looks after logs of its own
    counts, recent = WINDOW.add(state.counts, "logs", path[-96:], event)
    if len(recent) < MOST_LOGS:
        return replace(state, counts=counts), ()
    hit = Hit(event=event, what=f"{len(recent)} logs were taken away within a minute", earlier=recent.seqs)
    return replace(state, counts=WINDOW.tell(counts, "logs", event)), (hit,)


def _is_expected(state: State, event: Event) -> bool:
    """Whether that is its business."""
    return _is_keeper(event) or is_installer(event) or is_known(state.known, event)


def _is_gone(event: Event) -> bool:
    """Whether what the file had is lost."""
    return event.syscall in _TAKES_AWAY or "truncates" in event.traits or "removes" in event.traits


def _is_keeper(event: Event) -> bool:
    """Whether a program acts whose business logs are, or what it started. Elsewhere the name is no proof."""
    programs = (event.program, *(above.program for above in event.ancestors))
    return any(program_name(path) in _KEEPERS and path.startswith(PROGRAM_DIRECTORIES) for path in programs)


DETECTOR = Detector(
    id="log-wiping",
    title="Logs or histories are taken away",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1070.002", "T1070.003"),
    falco=("Clear Log Activities", "Delete or rename shell history"),
    guardduty=("DefenseEvasion/SuspiciousCommand",),
    explanation=(
        "Who does not want to be found out empties what was written down: logs of logins and of the system,"
        " the shell's history, or many logs at once. The events told here are kept elsewhere and stay."
    ),
    false_positives=(
        "Images that clean up when they start. Rotation moves logs aside and takes away old ones only, and "
        "is passed over, as are logrotate and the journal."
    ),
    advice=(
        "Somebody was in the container before: read its flight record from the beginning, and the copies of"
        " logs that were sent elsewhere."
    ),
    kinds=frozenset({Kind.WRITE}),
    begin=begin,
    step=step,
)
