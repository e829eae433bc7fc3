"""Software is installed while the container runs."""

from dataclasses import dataclass, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.lineage import is_entry, known_names
from outrider.runtime.detectors.programs import PACKAGE_MANAGERS, command, fits, is_interpreter, plain_name

SET_UP = 60 * SECOND
"""From the start of the application: what is installed then is the start script's, by bad habit."""


@dataclass(frozen=True, slots=True)
class _State:
    """Names the container always ran; when the application started, 0 when that was not seen."""

    known: frozenset[str]
    started_ns: int = 0


def _begin(scene: Scene) -> _State:
    return _State(known_names(scene))


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """A package manager with a word that changes what is installed."""
    if is_entry(event):
        state = replace(state, started_ns=event.time_ns)
    words = _words(event)
    name = words[0]
    if words[0] not in PACKAGE_MANAGERS:
        name = plain_name(words[0])
    changing = PACKAGE_MANAGERS.get(name)
    if changing is None or words[0] in state.known or (changing and not changing.intersection(words[1:6])):
        return state, ()
    line = fits(" ".join(words))
    early = state.started_ns > 0 and event.time_ns - state.started_ns < SET_UP
    hit = Hit(
        event=event,
        what=f'software was changed in the running container: "{line}"',
        facts={"command": fits(" ".join(words), 1024)},
        severity=Severity.LOW if early else None,
        confidence=Confidence.LOW if early else None,
    )
    return state, (hit,)


def _words(event: Event) -> tuple[str, ...]:
    """The command; of `python -m pip install x` what comes after -m. A script's interpreter is not new."""
    words = command(event)
    if not is_interpreter(event.target):
        return words
    return words[2:] if words[1:2] == ("-m",) and len(words) > 2 else ("",)


DETECTOR = Detector(
    id="package-manager",
    title="A package manager at run time",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    attack=("T1072", "T1105"),
    falco=("Launch Package Management Process in Container",),
    guardduty=("Execution/SuspiciousCommand",),
    explanation=(
        "An image is complete when it is built. Whoever installs something later needs tools that the "
        "service does not: compilers, scanners, clients."
    ),
    false_positives=(
        "Start scripts that install what the image lacks: within the first minute of the application this "
        "counts as a guess. Listing packages, refreshing lists and `npm start` are passed over."
    ),
    advice=(
        "See who started it. If it is the start script, move that step into the image's build: it is slow, "
        "fails with the registry, and installs what nobody has scanned."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_begin,
    step=_step,
)
