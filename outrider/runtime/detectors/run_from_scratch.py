# ruff: noqa: S108 -- temporary directories are what it looks for
"""A program in a place for scratch that everybody can write to."""

import re

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.command_lines import script
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.programs import fits

_SCRATCH = re.compile(
    r"(?:/dev/shm|/run/shm|/dev/mqueue|/run/lock|/var/lock|/var/tmp|/var/crash|/var/spool/(?:cron|mail)|/run/user/\d+)/.+"
    r"|/tmp/(?:.*/)?\.[^/]+(?:/.+)?|/dev/\.[^/]+(?:/.+)?"
)
"""/tmp alone is not among them: package managers, test runners and configuration tools run their own there.
In a hidden file or directory of it nobody's do."""
_HIDDEN_OF_TOOLS = re.compile(
    r"/tmp/(?:.*/)?\.(?:mount_|X11-unix|ansible|cache|npm|cargo|gradle|m2|venv|org\.chromium)"
)


def _find(event: Event) -> tuple[Hit, ...]:
    """The program itself, or the script it is started with."""
    for path in (event.target, script(event)):
        if path and _SCRATCH.fullmatch(path) and not _HIDDEN_OF_TOOLS.match(path) and "\n" not in path:
            return (
                Hit(
                    event=event,
                    what=f'"{fits(path)}" was run from scratch space',
                    facts={"file": fits(path, 1024)},
                ),
            )
    return ()


_BEGIN, _STEP = stateless(_find)

DETECTOR = Detector(
    id="run-from-scratch",
    title="A program run from shared scratch space",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1059", "T1564.001"),
    falco=("Execution from /dev/shm",),
    guardduty=("Execution/MaliciousFileExecuted",),
    explanation=(
        "/dev/shm, /var/tmp, /run/lock and hidden directories of /tmp can be written by every user and no "
        "image keeps programs there. Intruders do: /dev/shm is memory and gone with the task."
    ),
    false_positives=(
        "Installers that unpack themselves into /var/tmp; AppImages and the hidden caches of known build "
        "tools are passed over. Plain /tmp is not looked at: that is what `dropped-program` is for."
    ),
    advice=(
        "Keep the file while the task lives: on /dev/shm it dies with it. Its hash is in the event, and who"
        " wrote it is in the flight record."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
