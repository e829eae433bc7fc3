"""The secrets of running processes are read: their environment, their memory."""

import re

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.lineage import is_entry
from outrider.runtime.detectors.programs import DEBUGGERS, READERS, command, fits, program_name

_PROC = re.compile(
    r"(?:^|[=@])/proc/(self|thread-self|\d+|\*|[\d*?\[\]-]+)/(?:task/\d+/)?(environ|mem|maps|smaps|auxv)$"
)
_LISTS_PROCESSES = frozenset({"htop", "pgrep", "pidof", "pmap", "ps", "systemd", "top", "w"})


def _find(event: Event) -> tuple[Hit, ...]:
    """By a call, by a read that the policy watches, or by the arguments of what shows files."""
    name = program_name(event.program)
    if event.kind is Kind.SYSCALL:
        if event.target != "process_vm_readv":
            return ()
        less = Severity.MEDIUM if name in DEBUGGERS else None
        what = f"{fits(name) or 'a program'} read another process's memory by process_vm_readv"
        return (Hit(event=event, what=what, severity=less),)
    if event.kind is Kind.READ:
        return _read(event, name)
    tool, *arguments = command(event)
    if tool not in READERS or is_entry(event):
        return ()
    found = next((match for word in arguments if (match := _PROC.search(word))), None)
    if found is None or (found[1] in ("self", "thread-self") and found[2] != "environ"):
        return ()  # a tool's own maps say nothing of others; its environment is the application's
    line = " ".join((tool, *arguments))
    return (Hit(event=event, what=f'the {found[2]} of a process was read: "{fits(line)}"'),)


def _read(event: Event, name: str) -> tuple[Hit, ...]:
    """Another process's; a runtime reads its own maps all the time."""
    found = _PROC.search(event.target)
    if found is None or found[1] in ("self", "thread-self", str(event.pid)) or name in _LISTS_PROCESSES:
        return ()
    what = f"{fits(name) or 'a program'} read the {found[2]} of process {fits(found[1])}"
    return (Hit(event=event, what=what, facts={"file": fits(event.target, 1024)}),)


_BEGIN, _STEP = stateless(_find)

DETECTOR = Detector(
    id="process-snooping",
    title="Another process's environment or memory read",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1552.007", "T1003.007", "T1057"),
    falco=("Read environment variable from /proc files",),
    guardduty=("Discovery/SuspiciousCommand",),
    explanation=(
        "Secrets are given to containers in the environment, and are in memory while they are used. "
        "/proc/PID/environ, maps and mem, or process_vm_readv, show both to whoever has the same user."
    ),
    false_positives=(
        "Debuggers and profilers; cron images that copy the environment of process 1 for their jobs; "
        "message passing (MPI, UCX) that reads a neighbour's memory by design. ps and top are passed over."
    ),
    advice=(
        "Take the secrets in the environment of that process for known and turn them. Give secrets by file "
        "with the narrowest mode, or fetch them when they are needed."
    ),
    kinds=frozenset({Kind.EXEC, Kind.READ, Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
