"""A shell that a socket talks to."""

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.programs import is_shell, program_name


def find(event: Event) -> tuple[Hit, ...]:
    """A shell that is started with a connected socket for its input."""
    if not is_shell(event.target) or "stdin:socket" not in event.traits:
        return ()
    return (Hit(event=event, what=f"{program_name(event.target)} was started with a socket for its input"),)


_BEGIN, _STEP = stateless(find)

DETECTOR = Detector(
    id="reverse-shell",
    title="A shell with a socket for its input",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    attack=("T1059.004",),
    falco=("Redirect STDOUT/STDIN to Network Connection in Container",),
    guardduty=("Execution/ReverseShell",),
    explanation=(
        "A shell reads commands from its input. Where that is a connection, somebody at its other end types "
        "them."
    ),
    false_positives=(
        "inetd-like servers that start a shell script for each connection; sshd does not: it makes a "
        "terminal."
    ),
    advice=(
        "Take the task out of service, keep its flight record, look at the program that started the shell "
        "for the hole, and turn every credential the task could read."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
