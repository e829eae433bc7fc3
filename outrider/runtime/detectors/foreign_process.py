"""A process that the application did not start: ECS Exec, or a health check."""

from dataclasses import dataclass, field

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.lineage import known_names, pids
from outrider.runtime.detectors.memory import Memory
from outrider.runtime.detectors.programs import command, fits, program_name


@dataclass(frozen=True, slots=True)
class _State:
    """Names that the container always ran, health checks among them; processes already told of."""

    known: frozenset[str]
    told: Memory[int, bool] = field(default_factory=Memory)


def _begin(scene: Scene) -> _State:
    return _State(known_names(scene))


def _step(state: _State, event: Event) -> tuple[_State, tuple[Hit, ...]]:
    """The first program of each session; what it starts is its own business."""
    if "foreign" not in event.traits or any(pid in state.told for pid in pids(event)):
        return state, ()
    terminal = "stdin:terminal" in event.traits
    if not terminal and program_name(event.target) in state.known:
        return state, ()
    after = _State(state.known, state.told.plus(event.pid, True))
    line = fits(" ".join(command(event)))
    if terminal:
        what = f'somebody opened a session in the container, with a terminal: "{line}"'
        return after, (Hit(event=event, what=what, severity=Severity.MEDIUM, confidence=Confidence.HIGH),)
    return after, (Hit(event=event, what=f'"{line}" was started in the container from outside'),)


DETECTOR = Detector(
    id="foreign-process",
    title="A process that the application did not start",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    attack=("T1609",),
    falco=("Terminal shell in container",),
    guardduty=("Execution/SuspiciousShellCreated",),
    explanation=(
        "It does not descend from the application: the container runtime started it, for ECS Exec or for a "
        "health check. Who has the right ecs:ExecuteCommand is inside, with the task's role and secrets."
    ),
    false_positives=(
        "Health checks, until a model of the container has them; engineers who look after a task with ECS "
        "Exec."
    ),
    advice=(
        "Look in CloudTrail for ExecuteCommand at this time and ask who that is. Where nobody should, take "
        "enableExecuteCommand from the service, or deny it by a policy."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_begin,
    step=_step,
)
