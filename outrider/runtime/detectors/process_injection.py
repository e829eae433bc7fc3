"""One process reaches into another: ptrace, or its memory written."""

import re

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.programs import DEBUGGERS, fits, program_name

_MEMORY = re.compile(r"/proc/(self|thread-self|\d+)/(?:task/\d+/)?mem")
_CALLS = {
    "ptrace": "traced a process",
    "process_vm_writev": "wrote into another process's memory",
    "pidfd_getfd": "took another process's descriptor",
    "terminal_input": "typed into a terminal for whoever reads it",
    "process_madvise": "told the kernel what to do with another process's memory",
}
_CRASH_REPORTERS = frozenset({"chrome_crashpad_handler", "crashpad_handler", "minidump_stackwalk"})


def _find(event: Event) -> tuple[Hit, ...]:
    """By a call, or by a write to /proc/PID/mem."""
    name = program_name(event.program)
    if event.kind is Kind.SYSCALL:
        did = _CALLS.get(event.target)
        if did is None or name in _CRASH_REPORTERS:
            return ()
        return (_hit(event, f"{fits(name) or 'a program'} {did}", name in DEBUGGERS, None),)
    found = _MEMORY.fullmatch(event.target)
    if found is None:
        return ()
    own = found[1] in ("self", "thread-self", str(event.pid))
    whose = "its own memory" if own else f"the memory of process {found[1]}"
    sure = Confidence.MEDIUM if own else Confidence.HIGH
    what = f"{fits(name) or 'a program'} opened {whose} for writing, as a file"
    return (_hit(event, what, name in DEBUGGERS, sure),)


def _hit(event: Event, what: str, debugger: bool, confidence: Confidence | None) -> Hit:
    """A debugger is less bad: its name may lie, but so may everything."""
    return Hit(event=event, what=what, severity=Severity.MEDIUM if debugger else None, confidence=confidence)


_BEGIN, _STEP = stateless(_find)

DETECTOR = Detector(
    id="process-injection",
    title="A process that reaches into another",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1055.008", "T1055.009", "T1622"),
    falco=("PTRACE attached to process", "PTRACE anti-debug attempt"),
    guardduty=(
        "DefenseEvasion/ProcessInjection.Proc",
        "DefenseEvasion/ProcessInjection.Ptrace",
        "DefenseEvasion/ProcessInjection.VirtualMemoryWrite",
        "DefenseEvasion/PtraceAntiDebugging",
    ),
    explanation=(
        "Code that is put into a running process acts under its name, with its rights and connections. "
        "ptrace, process_vm_writev and writing to /proc/PID/mem are the ways; tracing oneself keeps "
        "debuggers away."
    ),
    false_positives=(
        "Debuggers and tracers, crash reporters that stop the crashed process, and message passing (MPI) "
        "between processes that agreed on it. A program that patches itself through /proc/self/mem counts "
        "as less sure."
    ),
    advice=(
        "What the process that was reached into did since is the intruder's. Restart the task from its "
        "image. Where nobody debugs in place, block these calls: the policy has the kind."
    ),
    kinds=frozenset({Kind.SYSCALL, Kind.WRITE}),
    begin=_BEGIN,
    step=_STEP,
)
