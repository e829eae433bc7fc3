"""The life of one task: does what `fargate.order` decides, and tells it what happened."""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from outrider.cli.engine.contract import Engine, Image
from outrider.cli.engine.health_watch import HealthWatch
from outrider.errors import EnvironmentFault
from outrider.fargate import order
from outrider.fargate.health import Health
from outrider.fargate.order import Phase, Progress, Stop, StopCode, Verb
from outrider.fargate.task import Task

Said = Callable[[str], None]
"""Told of every step, in words for a person."""


class TaskLoop:
    """Runs a task to its end.

    `make` creates a container before its first start; `publish` is told the progress and all PIDs.
    """

    def __init__(
        self,
        task: Task,
        engine: Engine,
        images: dict[str, Image],
        *,
        make: Callable[[str], None],
        publish: Callable[[Progress, dict[str, int]], None],
        say: Said,
    ) -> None:
        self.task = task
        self.progress = order.begin(task)
        self._engine = engine
        self._images = images
        self._make = make
        self._publish = publish
        self._say = say
        self._made: set[str] = set()
        self._pids: dict[str, int] = {}
        self._descriptors: dict[str, int] = {}
        self._selector = selectors.DefaultSelector()
        self._health = HealthWatch(engine, self._selector, self._health_changed)
        self._requests: list[int] = []
        self._impatient = False

    def run(self) -> Progress:
        """Run until all has stopped. SIGINT, SIGTERM and SIGHUP stop the task, a second one at once."""
        woken, waker = socket.socketpair()
        for end in (woken, waker):
            end.setblocking(False)
        self._selector.register(woken, selectors.EVENT_READ)
        before = {number: signal.signal(number, self._asked_to_stop) for number in _STOPPING}
        descriptor = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            while not self._step():
                self._wait(woken)
        finally:
            signal.set_wakeup_fd(descriptor)
            for number, handler in before.items():
                signal.signal(number, handler)
            for name in list(self._descriptors):
                self._forget(name)
            self._selector.close()
            woken.close()
            waker.close()
        return self.progress

    def _step(self) -> bool:
        """Do everything that can be done now; whether the task has ended."""
        while True:
            self._heed_requests()
            self._health.tick(time.monotonic())
            self.progress, action = order.decide(self.task, self.progress, time.monotonic())
            self._publish(self.progress, dict(self._pids))
            if action is None:
                return self.progress.finished
            _DO[action.verb](self, action.container)

    def _wait(self, woken: socket.socket) -> None:
        """Sleep until something happens or is due, and take in what ended."""
        moments = [order.wake_at(self.task, self.progress), self._health.wake_at()]
        due = min((moment for moment in moments if moment is not None), default=None)
        timeout = None if due is None else max(0.0, due - time.monotonic())
        for key, _events in self._selector.select(timeout):
            if key.fileobj is woken:
                with suppress(BlockingIOError):
                    woken.recv(4096)
            elif isinstance(key.data, str):
                self._ended(key.data)

    def start(self, name: str) -> None:
        """Start a container, for the first time or again."""
        try:
            if name not in self._made:
                self._make(name)
                self._made.add(name)
            self._pids[name] = self._engine.start(name)
        except EnvironmentFault as error:
            self._say(f"{name}: CannotStartContainerError: {error.message}")
            self.progress = order.not_started(self.task, self.progress, name, error.message)
            return
        now = time.monotonic()
        again = self.progress.lives[name].restarts
        self._say(f"{name}: started" + (f" again (restart {again})" if again else ""))
        self.progress = order.started(self.progress, name, now)
        if check := self.task.container(name).health_check:
            self._health.begin(name, check, now)
        try:
            descriptor = os.pidfd_open(self._pids[name])
        except ProcessLookupError:
            self._ended(name)
            return
        self._descriptors[name] = descriptor
        self._selector.register(descriptor, selectors.EVENT_READ, name)

    def terminate(self, name: str) -> None:
        """Send the stop signal."""
        self._health.end(name)
        number = signal.SIGKILL if self._impatient else self._images[name].stop_signal
        self._say(f"{name}: stopping ({signal.Signals(number).name})")
        self._signal(name, number)

    def kill(self, name: str) -> None:
        """Its time is over."""
        self._say(f"{name}: did not stop in {self.task.container(name).stop_timeout} s (SIGKILL)")
        self._signal(name, signal.SIGKILL)

    def _signal(self, name: str, number: int) -> None:
        """Signal a container's first process, if it is still there."""
        if name in self._descriptors:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptors[name], number)

    def _ended(self, name: str) -> None:
        """A container's first process is gone."""
        self._forget(name)
        self._health.end(name)
        code = self._engine.exit_code(name)
        self.progress = order.exited(self.task, self.progress, name, code, time.monotonic())
        restarting = self.progress.lives[name].phase is Phase.PENDING
        self._say(
            f"{name}: exited with {code}" + (", its restart policy starts it again" if restarting else "")
        )

    def _forget(self, name: str) -> None:
        """Stop watching a process."""
        self._pids.pop(name, None)
        descriptor = self._descriptors.pop(name, None)
        if descriptor is not None:
            self._selector.unregister(descriptor)
            os.close(descriptor)

    def _health_changed(self, name: str, health: Health) -> None:
        """A container became healthy, or stopped being it."""
        self._say(f"{name}: {health}")
        self.progress = order.health_changed(self.progress, name, health)

    def _asked_to_stop(self, number: int, frame: object) -> None:
        """A signal to us, at any moment: only noted here, so that no change of the progress is lost."""
        self._requests.append(number)

    def _heed_requests(self) -> None:
        """Stop the task when somebody asked for it; asked twice, at once."""
        while self._requests:
            name = signal.Signals(self._requests.pop(0)).name
            if self.progress.stop:
                self._impatient = True
                for running in self._descriptors:
                    self._signal(running, signal.SIGKILL)
            self._say(f"{name}: the task is asked to stop" + (" at once" if self._impatient else ""))
            self.progress = order.stop(self.progress, Stop(StopCode.USER_INITIATED, name))


_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DO = {Verb.START: TaskLoop.start, Verb.TERMINATE: TaskLoop.terminate, Verb.KILL: TaskLoop.kill}
