"""What will run is changed."""

import re
from dataclasses import dataclass, replace

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.paths import PROGRAM_DIRECTORIES, is_installer, shown
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Window

APPLICATION_DIRECTORIES = (
    "/app/",
    "/code/",
    "/opt/",
    "/srv/",
    "/usr/share/nginx/",
    "/usr/src/app/",
    "/var/task/",
    "/var/www/",
)
"""Where images put the application itself."""

_CODE = re.compile(r"\.(?:aspx?|ashx|cgi|jspx?|php[0-9]?|phar|phtml|pl|py|rb|war)$", re.I)
"""What a server runs when somebody asks for it, or the application when it is started again."""

_GENERATED = re.compile(
    r"/(?:\.?cache|compiled|generated|node_modules|sessions?|storage|templates_c|te?mp|views|work)/", re.I
)
"""Directories in which frameworks keep code that they make of templates."""

_BYTECODE = re.compile(r"/__pycache__(?:/[^/]+\.pyc(?:\.[0-9]+)?)?$")
"""What Python leaves beside a module it has read, also while it is made: `a.cpython-311.pyc.140012`."""

ONCE = Window(span_ns=SECOND, most=1, keys=128)


@dataclass(frozen=True, slots=True)
class State:
    """What is known, and which directories were told."""

    known: frozenset[Behaviour]
    told: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """What is known of the container."""
    return State(scene.known)


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """A file that is made, changed or taken away where programs are. Told once for each directory."""
    path = event.target
    if path.startswith(PROGRAM_DIRECTORIES):
        where, severity = "where programs and libraries are", None
    elif path.startswith(APPLICATION_DIRECTORIES) and _CODE.search(path) and not _GENERATED.search(path):
        where, severity = "where the application's code is", Severity.MEDIUM
    else:
        return state, ()
    if _BYTECODE.search(path) or is_installer(event) or is_known(state.known, event):
        return state, ()
    key = (event.program, path.rpartition("/")[0][-200:])
    told, recent = ONCE.add(state.told, key, 0, event)
    if not recent:
        return state, ()
    name = program_name(event.program) or "a program"
    hit = Hit(
        event=event,
        what=f"{name} changed {shown(path)}, {where}",
        severity=severity,
        facts={"file": shown(path)},
    )
    return replace(state, told=ONCE.tell(told, key, event)), (hit,)


DETECTOR = Detector(
    id="program-directory-write",
    title="A file is changed where programs are",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1036.005", "T1554", "T1505.003"),
    falco=("Write below binary dir", "Modify binary dirs", "Mkdir binary dirs", "Write below monitored dir"),
    guardduty=("Execution/NewBinaryExecuted", "Execution/NewLibraryLoaded"),
    explanation=(
        "Programs and libraries come with the image; after the start nobody has anything to change there. "
        "Who does puts a program in the place of another, or a web page that runs commands among the "
        "application's own. Package managers are left to the detector that is about them."
    ),
    false_positives=(
        "Entry points that prepare the image when it starts, pip and npm at run time, applications that "
        "update themselves or make code of templates in a directory of another name."
    ),
    advice=(
        "Compare the file with the image's, and run the container with a read-only root file system: then "
        "the write fails. What the file did until now is in the flight record under its name as the "
        "program."
    ),
    kinds=frozenset({Kind.WRITE}),
    begin=begin,
    step=step,
)
