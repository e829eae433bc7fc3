"""A shell that a socket talks to."""

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.command_lines import reads_commands, shell_arguments
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.programs import program_name


def find(event: Event) -> tuple[Hit, ...]:
    """A shell that is started with a connected socket for its input, and does what comes in there.

    Node gives every child socketpairs where others give pipes: `sh -c COMMAND` with one is its daily work.
    """
    argv = shell_arguments(event)
    if argv is None or "stdin:socket" not in event.traits or not reads_commands(argv):
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
        "Node programs that start a shell without a command and write to it: their pipes are sockets. Shells "
        "with a command or a script, as of Node and inetd, are passed over; sshd makes a terminal."
    ),
    advice=(
        "Take the task out of service, keep its flight record, look at the program that started the shell "
        "for the hole, and turn every credential the task could read."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
