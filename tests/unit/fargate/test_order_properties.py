"""Any task, any course of events: the promises of `order` hold at every step."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outrider.fargate import order
from outrider.fargate.health import Health
from outrider.fargate.order import Phase, Progress, Stop, StopCode, Verb
from outrider.fargate.rules import check
from outrider.fargate.task import Condition, Task

from .definitions import container, taskdef

_NAMES = "abcdef"


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Tasks that Fargate takes: dependencies point to containers that come before, so there is no circle."""
    count = draw(st.integers(1, len(_NAMES)))
    essential = [draw(st.booleans()) for _ in range(count)]
    essential[-1] = True
    definitions = []
    for place in range(count):
        depends = [
            {
                "containerName": _NAMES[earlier],
                "condition": draw(
                    st.sampled_from(["START", "HEALTHY"] if essential[earlier] else list(Condition))
                ),
            }
            for earlier in range(place)
            if draw(st.booleans())
        ]
        policy = {"enabled": draw(st.booleans()), "restartAttemptPeriod": 60, "ignoredExitCodes": [3]}
        definitions.append(
            container(
                _NAMES[place],
                essential=essential[place],
                dependsOn=depends,
                healthCheck={"command": ["CMD", "/c"]},
                restartPolicy=policy,
                startTimeout=draw(st.integers(2, 120)),
                stopTimeout=draw(st.integers(2, 120)),
            )
        )
    return check(taskdef(*draw(st.permutations(definitions))))


class Course:
    """Plays a task with what the test draws, and checks every decision."""

    def __init__(self, task: Task, data: st.DataObject) -> None:
        self.task, self.data, self.now = task, data, 0.0
        self.progress = order.begin(task)
        self.running: set[str] = set()

    def decide(self) -> None:
        """Carry out what is decided, until nothing is left to do."""
        while True:
            before = self.progress
            self.progress, action = order.decide(self.task, self.progress, self.now)
            if action is None:
                return
            if action.verb is Verb.START:
                self.start(action.container, before)
            else:
                self.end(action.container, action.verb, before)

    def start(self, name: str, before: Progress) -> None:
        """Nothing starts twice, after a stop, or before what it depends on."""
        assert name not in self.running
        assert self.progress.stop is None
        if before.lives[name].restarts == 0:
            for dependency in self.task.container(name).depends_on:
                life = before.lives[dependency.container]
                match dependency.condition:
                    case Condition.START:
                        assert life.started_at is not None
                    case Condition.COMPLETE:
                        assert life.phase is Phase.STOPPED
                    case Condition.SUCCESS:
                        assert (life.phase, life.exit_code) == (Phase.STOPPED, 0)
                    case Condition.HEALTHY:
                        assert (life.phase, life.health) == (Phase.RUNNING, Health.HEALTHY)
        if self.data.draw(st.integers(0, 9), "start") == 0:
            self.progress = order.not_started(self.task, self.progress, name, "no such file")
        else:
            self.progress = order.started(self.progress, name, self.now)
            self.running.add(name)

    def end(self, name: str, verb: Verb, before: Progress) -> None:
        """Signals go to what runs, dependents first, SIGKILL only after stopTimeout."""
        assert name in self.running
        assert self.progress.stop is not None
        for other in self.task.containers:
            if any(dependency.container == name for dependency in other.depends_on):
                assert other.name not in self.running
        if verb is Verb.KILL:
            signalled = before.lives[name].signalled_at
            assert signalled is not None
            assert self.now >= signalled + self.task.container(name).stop_timeout

    def happen(self) -> None:
        """One thing happens: time passes, a container ends, a check has a result, somebody stops the task."""
        kind = self.data.draw(st.sampled_from(["time", "exit", "health", "due", "stop"]), "event")
        running = sorted(self.running)
        if kind == "time":
            self.now += self.data.draw(st.floats(0, 200), "seconds")
        elif kind == "due":
            due = order.wake_at(self.task, self.progress)
            self.now = max(self.now, due or self.now)
        elif kind == "exit" and running:
            self.exit(self.data.draw(st.sampled_from(running)), self.data.draw(st.sampled_from([0, 1, 3])))
        elif kind == "health" and running:
            name, health = self.data.draw(st.sampled_from(running)), self.data.draw(st.sampled_from(Health))
            self.progress = order.health_changed(self.progress, name, health)
        elif kind == "stop" and self.data.draw(st.integers(0, 3), "really") == 0:
            self.progress = order.stop(self.progress, Stop(StopCode.USER_INITIATED, "SIGTERM"))

    def exit(self, name: str, code: int) -> None:
        """A container's process ends."""
        self.running.discard(name)
        self.progress = order.exited(self.task, self.progress, name, code, self.now)


@settings(max_examples=200, deadline=None)
@given(tasks(), st.data())
def test_every_course_of_events_keeps_the_promises_and_ends(task: Task, data: st.DataObject) -> None:
    course = Course(task, data)
    for _ in range(data.draw(st.integers(0, 25), "events")):
        course.decide()
        course.happen()
        phases = {name for name, life in course.progress.lives.items() if life.phase is Phase.RUNNING}
        assert phases <= course.running
    course.progress = order.stop(course.progress, Stop(StopCode.USER_INITIATED, "SIGTERM"))
    first = course.progress.stop
    for _ in range(3 * len(task.containers) + 3):
        course.decide()
        if course.progress.finished:
            break
        due = order.wake_at(task, course.progress)
        assert due is not None or course.running
        course.now = max(course.now, due or 0.0)
        course.decide()
        for name in sorted(course.running):
            if course.progress.lives[name].killed:
                course.exit(name, 137)
    assert course.progress.finished
    assert not course.running
    assert course.progress.stop == first


@settings(max_examples=200, deadline=None)
@given(tasks())
def test_when_all_goes_well_everything_starts_once_and_the_task_is_ready(task: Task) -> None:
    # A container that ends at once is not healthy for long: waiting for that is not "all goes well".
    for one in task.containers:
        for dependency in one.depends_on:
            healthy = dependency.condition is Condition.HEALTHY
            assume(task.container(dependency.container).essential or not healthy)
    progress, starts, now = order.begin(task), [], 0.0
    while (decided := order.decide(task, progress, now))[1]:
        progress, action = decided
        assert action is not None
        assert action.verb is Verb.START
        starts.append(action.container)
        progress = order.started(progress, action.container, now)
        progress = order.health_changed(progress, action.container, Health.HEALTHY)
        if not task.container(action.container).essential:
            progress = order.exited(task, progress, action.container, 0, now)
        now += 1
    assert sorted(starts) == sorted(one.name for one in task.containers)
    assert order.ready(task, progress)
