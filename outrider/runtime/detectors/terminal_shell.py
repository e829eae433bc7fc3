"""A shell that a person sits at."""

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.command_lines import reads_commands, shell_arguments
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.lineage import is_entry
from outrider.runtime.detectors.programs import fits, is_shell, program_name


def _find(event: Event) -> tuple[Hit, ...]:
    """A shell that reads from a terminal, and was not started by another shell or as the application."""
    if "stdin:terminal" not in event.traits or is_entry(event) or is_shell(event.program):
        return ()
    argv = shell_arguments(event)
    if argv is None or not reads_commands(argv):
        return ()
    outside = "foreign" in event.traits or not event.program
    by = "somebody from outside" if outside else fits(program_name(event.program))
    return (Hit(event=event, what=f"{by} started {program_name(event.target)} on a terminal"),)


_BEGIN, _STEP = stateless(_find)

DETECTOR = Detector(
    id="terminal-shell",
    title="A shell on a terminal",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    attack=("T1059.004", "T1609"),
    falco=("Terminal shell in container",),
    guardduty=("Execution/SuspiciousShellCreated",),
    explanation=(
        "A service has no terminal. A shell that reads from one has a person before it: through ECS Exec, a"
        " login server, or an intruder who has made himself comfortable with a pseudo-terminal."
    ),
    false_positives=(
        "Engineers at work. A task whose entry point is a shell on a terminal is known and passed over, and"
        " so are shells that such a shell starts."
    ),
    advice=(
        "Ask who it is. If nobody says so, read the session in the flight record: every program that was "
        "started is in it, with its arguments."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
