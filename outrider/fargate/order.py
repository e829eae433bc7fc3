"""Who starts and stops when: the life of a task as a state machine without a clock.

The caller tells what happened (`started`, `exited`, `health_changed`, `stop`), asks what to do (`decide`) and
until when nothing will change by itself (`wake_at`). Times are seconds on any one clock of the caller's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from outrider.fargate.health import Health
from outrider.fargate.task import Condition, Container, Dependency, Task


class Phase(StrEnum):
    """Where a container is in its life."""

    PENDING = "PENDING"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"


class StopCode(StrEnum):
    """Why a task stopped, in the words of the API (DescribeTasks, stopCode)."""

    TASK_FAILED_TO_START = "TaskFailedToStart"
    ESSENTIAL_CONTAINER_EXITED = "EssentialContainerExited"
    USER_INITIATED = "UserInitiated"


@dataclass(frozen=True, slots=True)
class Stop:
    """That the task is to stop, and why."""

    code: StopCode
    reason: str
    container: str = ""
    """The one that brought it about."""


@dataclass(frozen=True, slots=True)
class Life:
    """One container so far."""

    phase: Phase = Phase.PENDING
    started_at: float | None = None
    """Start of the present (or last) run; None when it never ran."""
    exit_code: int | None = None
    health: Health = Health.UNKNOWN
    restarts: int = 0
    signalled_at: float | None = None
    """When it was asked to stop."""
    killed: bool = False
    reason: str = ""
    """Why it could not be started."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A task so far."""

    lives: Mapping[str, Life] = field(default_factory=dict)
    stop: Stop | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing of the task runs or ever will."""
        return all(life.phase is Phase.STOPPED for life in self.lives.values())


class Verb(StrEnum):
    """What the caller is to do with a container."""

    START = "start"
    TERMINATE = "terminate"
    """Send the container's stop signal."""
    KILL = "kill"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do now."""

    verb: Verb
    container: str


def begin(task: Task) -> Progress:
    """A task of which nothing has happened yet."""
    return Progress({container.name: Life() for container in task.containers})


def started(progress: Progress, name: str, now: float) -> Progress:
    """The container's process runs."""
    return _with(progress, name, phase=Phase.RUNNING, started_at=now, health=Health.UNKNOWN, exit_code=None)


def not_started(task: Task, progress: Progress, name: str, reason: str) -> Progress:
    """The container could not be started: that stops the task when it is essential."""
    after = _with(progress, name, phase=Phase.STOPPED, reason=reason)
    return _stopped_by(task, after, name, StopCode.TASK_FAILED_TO_START, reason)


def exited(task: Task, progress: Progress, name: str, exit_code: int, now: float) -> Progress:
    """The container's process ended. It is started again or stays away, and the task with it if essential."""
    life = progress.lives[name]
    if progress.stop is None and _restarts(task.container(name), life, exit_code, now):
        again = life.restarts + 1
        return _with(
            progress, name, phase=Phase.PENDING, exit_code=exit_code, restarts=again, health=Health.UNKNOWN
        )
    after = _with(progress, name, phase=Phase.STOPPED, exit_code=exit_code)
    return _stopped_by(
        task, after, name, StopCode.ESSENTIAL_CONTAINER_EXITED, "Essential container in task exited"
    )


def health_changed(progress: Progress, name: str, health: Health) -> Progress:
    """The container's health check has a new result."""
    return _with(progress, name, health=health)


def stop(progress: Progress, why: Stop) -> Progress:
    """Stop the task. The first reason stays."""
    return progress if progress.stop else replace(progress, stop=why)


def decide(task: Task, progress: Progress, now: float) -> tuple[Progress, Action | None]:
    """The next thing to do now, and the progress in which it counts as done; None: nothing for now.

    One at a time, because the outcome of one (a container that cannot start) may forbid the next.
    """
    if progress.stop is None:
        progress = _give_up(task, progress, now)
    return _wind_down(task, progress, now) if progress.stop else _wind_up(task, progress)


def wake_at(task: Task, progress: Progress) -> float | None:
    """When to ask `decide` again although nothing happened; None when only an event can change anything."""
    moments = []
    for container in task.containers:
        life = progress.lives[container.name]
        if life.phase is Phase.STOPPING and not life.killed and life.signalled_at is not None:
            moments.append(life.signalled_at + container.stop_timeout)
        if life.phase is Phase.PENDING and progress.stop is None:
            moments += [
                deadline
                for dependency in _waiting_for(container, progress)
                if (deadline := _deadline(task, progress, dependency)) is not None
            ]
    return min(moments, default=None)


def ready(task: Task, progress: Progress) -> bool:
    """Whether everything that is to start has started and everything with a health check is healthy."""
    for container in task.containers:
        life = progress.lives[container.name]
        if life.phase in (Phase.PENDING, Phase.STARTING, Phase.STOPPING):
            return False
        if life.phase is Phase.RUNNING and container.health_check and life.health is not Health.HEALTHY:
            return False
    return progress.stop is None


def failed(task: Task, progress: Progress) -> bool:
    """Whether a stopped task counts as failed: the essential container whose end stopped it did not end with
    0, or the task never came up. A task that ended by request did not fail.
    """
    if progress.stop is None or progress.stop.code is StopCode.USER_INITIATED:
        return False
    if progress.stop.code is StopCode.TASK_FAILED_TO_START:
        return True
    return progress.lives[progress.stop.container].exit_code != 0


def _wind_up(task: Task, progress: Progress) -> tuple[Progress, Action | None]:
    """Start what waits for nothing any more."""
    for container in task.containers:
        life = progress.lives[container.name]
        restarting = life.restarts > 0
        if life.phase is Phase.PENDING and (restarting or not _waiting_for(container, progress)):
            starting = _with(progress, container.name, phase=Phase.STARTING)
            return starting, Action(Verb.START, container.name)
    return progress, None


def _wind_down(task: Task, progress: Progress, now: float) -> tuple[Progress, Action | None]:
    """Stop what nobody depends on any more; kill what had its time."""
    for container in task.containers:
        if progress.lives[container.name].phase is Phase.PENDING:
            progress = _with(progress, container.name, phase=Phase.STOPPED)
    for container in task.containers:
        name, life = container.name, progress.lives[container.name]
        if life.phase is Phase.RUNNING and not _has_live_dependents(task, progress, name):
            stopping = _with(progress, name, phase=Phase.STOPPING, signalled_at=now)
            return stopping, Action(Verb.TERMINATE, name)
        if _has_had_its_time(container, life, now):
            return _with(progress, name, killed=True), Action(Verb.KILL, name)
    return progress, None


def _has_had_its_time(container: Container, life: Life, now: float) -> bool:
    """Whether a container was asked to stop its stopTimeout ago and has not been killed yet."""
    if life.phase is not Phase.STOPPING or life.killed or life.signalled_at is None:
        return False
    return now >= life.signalled_at + container.stop_timeout


def _give_up(task: Task, progress: Progress, now: float) -> Progress:
    """Stop the task when a container waits for what can no longer come, or has waited too long."""
    for container in task.containers:
        life = progress.lives[container.name]
        if life.phase is not Phase.PENDING or life.restarts:
            continue
        for dependency in _waiting_for(container, progress):
            reason = _hopeless(progress.lives[dependency.container], dependency)
            deadline = _deadline(task, progress, dependency)
            if not reason and deadline is not None and now >= deadline:
                reason = f"did not reach {dependency.condition} within its startTimeout"
            if reason:
                text = f"container {container.name} cannot start: {dependency.container} {reason}"
                return stop(progress, Stop(StopCode.TASK_FAILED_TO_START, text, dependency.container))
    return progress


def _hopeless(life: Life, dependency: Dependency) -> str:
    """Why a condition can never be met any more; empty while it can."""
    if life.phase is not Phase.STOPPED:
        return ""
    if life.exit_code is None:
        return f"could not be started ({life.reason})"
    if dependency.condition is Condition.SUCCESS:
        return f"exited with {life.exit_code} and {dependency.condition} was asked for"
    return f"exited with {life.exit_code} before it was {dependency.condition}"


def _deadline(task: Task, progress: Progress, dependency: Dependency) -> float | None:
    """Until when a dependency must have reached its condition; None before it runs, and for START."""
    life = progress.lives[dependency.container]
    if dependency.condition is Condition.START or life.phase is not Phase.RUNNING or life.started_at is None:
        return None
    return life.started_at + task.container(dependency.container).start_timeout


def _waiting_for(container: Container, progress: Progress) -> list[Dependency]:
    """The dependencies of a container that are not met yet."""
    return [d for d in container.depends_on if not _met(progress.lives[d.container], d.condition)]


def _met(life: Life, condition: Condition) -> bool:
    """Whether a condition holds."""
    ran = life.phase is Phase.RUNNING or (life.phase is Phase.STOPPED and life.exit_code is not None)
    match condition:
        case Condition.START:
            return ran
        case Condition.COMPLETE:
            return life.phase is Phase.STOPPED and life.exit_code is not None
        case Condition.SUCCESS:
            return life.phase is Phase.STOPPED and life.exit_code == 0
        case Condition.HEALTHY:
            return life.phase is Phase.RUNNING and life.health is Health.HEALTHY


def _has_live_dependents(task: Task, progress: Progress, name: str) -> bool:
    """Whether a container that named this one in `dependsOn` still runs: shutdown is start-up reversed."""
    return any(
        progress.lives[container.name].phase is not Phase.STOPPED
        for container in task.containers
        if any(dependency.container == name for dependency in container.depends_on)
    )


def _restarts(container: Container, life: Life, exit_code: int, now: float) -> bool:
    """Whether its restart policy starts it again."""
    policy = container.restart_policy
    if policy is None or exit_code in policy.ignored_exit_codes or life.started_at is None:
        return False
    return now >= life.started_at + policy.attempt_period


def _stopped_by(task: Task, progress: Progress, name: str, code: StopCode, reason: str) -> Progress:
    """The progress after the end of a container: an essential one takes the task along."""
    return stop(progress, Stop(code, reason, name)) if task.container(name).essential else progress


def _with(progress: Progress, name: str, **changes: object) -> Progress:
    """The progress with some fields of one life changed."""
    life = replace(progress.lives[name], **changes)  # type: ignore[arg-type]
    return replace(progress, lives={**progress.lives, name: life})
