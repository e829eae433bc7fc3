import pytest

from outrider.fargate import order
from outrider.fargate.health import Health
from outrider.fargate.order import Action, Phase, Progress, Stop, StopCode, Verb
from outrider.fargate.task import Task

from .definitions import after, container, task

ASKED = Stop(StopCode.USER_INITIATED, "SIGTERM")
CHECKED = {"healthCheck": {"command": ["CMD", "/c"]}}


def names(actions: tuple[Action, ...], verb: Verb = Verb.START) -> list[str]:
    """The containers that an action of this kind is for."""
    return [action.container for action in actions if action.verb is verb]


def decide(found: Task, progress: Progress, now: float) -> tuple[Progress, tuple[Action, ...]]:
    """Everything that is decided at one moment."""
    actions = []
    while (decided := order.decide(found, progress, now))[1]:
        progress = decided[0]
        actions.append(decided[1])
    return decided[0], tuple(action for action in actions if action)


def run_up(found: Task, *, until: float = 0.0) -> tuple[Progress, list[str]]:
    """Start everything that will start by itself, at one moment."""
    progress, started = order.begin(found), []
    while True:
        progress, actions = decide(found, progress, until)
        if not actions:
            return progress, started
        for name in names(actions):
            progress = order.started(progress, name, until)
            started.append(name)


def test_a_container_starts_when_its_dependency_has_started() -> None:
    found = task(container("web", dependsOn=after("db")), container("db"))
    progress, actions = decide(found, order.begin(found), 0.0)
    assert names(actions) == ["db"]
    assert decide(found, progress, 0.0)[1] == ()
    progress, actions = decide(found, order.started(progress, "db", 1.0), 1.0)
    assert names(actions) == ["web"]
    assert order.ready(found, order.started(progress, "web", 1.0))


@pytest.mark.parametrize(("condition", "code", "starts"), [("SUCCESS", 0, True), ("COMPLETE", 3, True)])
def test_an_init_container_is_waited_for(condition: str, code: int, starts: bool) -> None:
    found = task(container("web", dependsOn=after("init", condition)), container("init", essential=False))
    progress, started = run_up(found)
    assert started == ["init"]
    progress = order.exited(found, progress, "init", code, 1.0)
    _, actions = decide(found, progress, 1.0)
    assert (names(actions) == ["web"]) is starts


def test_an_init_container_that_fails_stops_the_task() -> None:
    found = task(container("web", dependsOn=after("init", "SUCCESS")), container("init", essential=False))
    progress, _ = run_up(found)
    progress, actions = decide(found, order.exited(found, progress, "init", 1, 1.0), 1.0)
    assert actions == ()
    assert progress.finished
    assert progress.stop is not None
    assert progress.stop.code is StopCode.TASK_FAILED_TO_START
    assert "init exited with 1" in progress.stop.reason
    assert order.failed(found, progress)


def test_healthy_is_waited_for_and_given_up_after_start_timeout() -> None:
    found = task(
        container("web", dependsOn=after("db", "HEALTHY")), container("db", startTimeout=20, **CHECKED)
    )
    progress, started = run_up(found, until=100.0)
    assert started == ["db"]
    assert order.wake_at(found, progress) == 120.0
    assert decide(found, progress, 119.0)[1] == ()
    well, actions = decide(found, order.health_changed(progress, "db", Health.HEALTHY), 119.0)
    assert names(actions) == ["web"]
    assert well.stop is None
    late, actions = decide(found, progress, 120.0)
    assert names(actions, Verb.TERMINATE) == ["db"]
    assert late.stop is not None
    assert "did not reach HEALTHY within its startTimeout" in late.stop.reason


def test_an_unhealthy_container_does_not_stop_a_task() -> None:
    found = task(container("web", **CHECKED))
    progress, _ = run_up(found)
    progress, actions = decide(found, order.health_changed(progress, "web", Health.UNHEALTHY), 9.0)
    assert actions == ()
    assert progress.stop is None
    assert not order.ready(found, progress)


def test_shutdown_is_start_up_reversed_with_sigkill_after_stop_timeout() -> None:
    found = task(container("web", dependsOn=after("db"), stopTimeout=7), container("db"))
    progress, _ = run_up(found)
    progress, actions = decide(found, order.stop(progress, ASKED), 10.0)
    assert actions == (Action(Verb.TERMINATE, "web"),)
    assert order.wake_at(found, progress) == 17.0
    progress, actions = decide(found, progress, 17.0)
    assert actions == (Action(Verb.KILL, "web"),)
    assert decide(found, progress, 18.0)[1] == ()
    progress, actions = decide(found, order.exited(found, progress, "web", 137, 18.0), 18.0)
    assert actions == (Action(Verb.TERMINATE, "db"),)
    progress, _ = decide(found, order.exited(found, progress, "db", 0, 19.0), 19.0)
    assert progress.finished
    assert not order.failed(found, progress)


def test_the_end_of_an_essential_container_stops_the_task_and_its_code_decides() -> None:
    found = task(container("web"), container("side", essential=False))
    for code in (0, 1):
        progress, _ = run_up(found)
        progress, actions = decide(found, order.exited(found, progress, "web", code, 1.0), 1.0)
        assert names(actions, Verb.TERMINATE) == ["side"]
        progress = order.exited(found, progress, "side", 143, 2.0)
        assert progress.stop == Stop(
            StopCode.ESSENTIAL_CONTAINER_EXITED, "Essential container in task exited", "web"
        )
        assert order.failed(found, progress) is (code != 0)


def test_the_end_of_another_container_stops_nothing() -> None:
    found = task(container("web"), container("side", essential=False))
    progress, _ = run_up(found)
    progress, actions = decide(found, order.exited(found, progress, "side", 1, 1.0), 1.0)
    assert (progress.stop, actions) == (None, ())


def test_a_container_that_cannot_start_stops_the_task_only_if_essential() -> None:
    found = task(container("web"), container("side", essential=False))
    progress, _ = decide(found, order.begin(found), 0.0)
    assert order.not_started(found, progress, "side", "no such file").stop is None
    stopped = order.not_started(found, progress, "web", "no such file").stop
    assert stopped == Stop(StopCode.TASK_FAILED_TO_START, "no such file", "web")


@pytest.mark.parametrize(
    ("ran", "code", "restarts"), [(59.0, 1, False), (60.0, 1, True), (90.0, 0, False), (90.0, 7, True)]
)
def test_restart_policy(ran: float, code: int, restarts: bool) -> None:
    policy = {"enabled": True, "restartAttemptPeriod": 60, "ignoredExitCodes": [0]}
    found = task(container("web", restartPolicy=policy, dependsOn=after("db")), container("db"))
    progress, _ = run_up(found)
    progress, actions = decide(found, order.exited(found, progress, "web", code, ran), ran)
    assert (names(actions) == ["web"]) is restarts
    assert (progress.stop is None) is restarts
    if restarts:
        assert progress.lives["web"].restarts == 1
        progress = order.started(progress, "web", ran)
        progress = order.exited(found, progress, "web", code, ran + 1)
        assert progress.stop is not None


def test_nothing_is_restarted_once_the_task_is_to_stop() -> None:
    found = task(container("web", restartPolicy={"enabled": True}))
    progress, _ = run_up(found)
    progress = order.exited(found, order.stop(progress, ASKED), "web", 1, 1000.0)
    assert progress.lives["web"].phase is Phase.STOPPED


def test_a_stop_before_the_start_starts_nothing() -> None:
    found = task()
    progress, actions = decide(found, order.stop(order.begin(found), ASKED), 0.0)
    assert actions == ()
    assert progress.finished


def test_a_container_that_was_starting_when_the_stop_came_is_stopped_once_it_runs() -> None:
    found = task()
    progress, _ = decide(found, order.begin(found), 0.0)
    progress, actions = decide(found, order.stop(progress, ASKED), 1.0)
    assert actions == ()
    assert not progress.finished
    _, actions = decide(found, order.started(progress, "web", 2.0), 2.0)
    assert names(actions, Verb.TERMINATE) == ["web"]
