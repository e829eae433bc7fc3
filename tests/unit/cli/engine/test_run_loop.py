"""The loop with an engine that runs plain shells: order, signals, restarts, health, with real processes."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from outrider.cli.engine.contract import Image, Launch
from outrider.cli.engine.loop import TaskLoop
from outrider.errors import EnvironmentFault
from outrider.fargate.health import Health
from outrider.fargate.order import Phase, Progress, StopCode
from outrider.fargate.task import Task, hurried, parse
from outrider.model.outcome import Skipped

IMAGE = Image("id", "sha256:x")


class Shells:
    """Each container is `sh -c` of its command."""

    name = "shells"

    def __init__(self, task: Task) -> None:
        self._task = task
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def untested(self) -> tuple[Skipped, ...]:
        return ()

    def pull(self, reference: str) -> Image:
        return IMAGE

    def seed(self, image: Image, path: str, target: Path) -> None:
        raise NotImplementedError

    def create(self, launch: Launch) -> str:
        raise NotImplementedError

    def start(self, name: str) -> int:
        script = self._task.container(name).command[0]
        if script == "missing":
            raise EnvironmentFault("no such program")
        self._running[name] = subprocess.Popen(["/bin/sh", "-c", script], start_new_session=True)
        return self._running[name].pid

    def exit_code(self, name: str) -> int:
        code = self._running[name].wait()
        return 128 - code if code < 0 else code

    def command(self, name: str, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(argv, start_new_session=True)

    def environment(self) -> dict[str, str]:
        return {}

    def close(self) -> None:
        for process in self._running.values():
            process.kill()


def task(*containers: dict[str, Any], hurry: float = 1) -> Task:
    """A task whose containers are shell scripts."""
    definitions = [{"image": "i", **one, "command": [one["command"]]} for one in containers]
    return hurried(parse({"family": "f", "containerDefinitions": definitions}), hurry)


def run(found: Task, watch: Any = None) -> tuple[Progress, list[str]]:
    """Run a task to its end; `watch` is told every progress."""
    said: list[str] = []
    loop = TaskLoop(
        found,
        Shells(found),
        {container.name: IMAGE for container in found.containers},
        make=lambda name: said.append(f"{name}: made"),
        publish=lambda progress, pids: watch(progress) if watch else None,
        say=said.append,
    )
    return loop.run(), said


def stop_when_all_run(progress: Progress, sent: list[int]) -> None:
    """Send SIGTERM to ourselves once everything runs."""
    if not sent and all(life.phase is Phase.RUNNING for life in progress.lives.values()):
        sent.append(1)
        os.kill(os.getpid(), signal.SIGTERM)


def stubborn(*signals: str) -> str:
    """A script that ignores SIGTERM and asks us to stop the task."""
    asks = "; ".join(f"{command} {os.getpid()}" for command in signals)
    return f"trap '' TERM; {asks}; while :; do sleep 0.05; done"


def test_an_init_container_then_the_application_then_the_end(tmp_path: Path) -> None:
    found = task(
        {
            "name": "web",
            "command": f"cat {tmp_path}/made",
            "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}],
        },
        {"name": "init", "essential": False, "command": f"echo x > {tmp_path}/made"},
    )
    progress, said = run(found)
    assert progress.lives["web"].exit_code == 0
    assert said.index("init: exited with 0") < said.index("web: made")


def test_the_end_of_an_essential_container_stops_the_others_in_order() -> None:
    found = task(
        {"name": "web", "command": "exit 5"},
        {"name": "db", "command": "exec sleep 60", "essential": False},
    )
    progress, said = run(found)
    assert progress.stop is not None
    assert progress.stop.code is StopCode.ESSENTIAL_CONTAINER_EXITED
    assert progress.lives["db"].exit_code == 143
    assert "db: stopping (SIGTERM)" in said


def test_a_signal_to_the_runner_stops_the_task_and_the_old_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    sent: list[int] = []
    progress, _ = run(
        task({"name": "web", "command": "exec sleep 60"}), lambda now: stop_when_all_run(now, sent)
    )
    assert progress.stop is not None
    assert progress.stop.code is StopCode.USER_INITIATED
    assert signal.getsignal(signal.SIGTERM) is before


def test_who_does_not_stop_is_killed_after_stop_timeout() -> None:
    progress, said = run(task({"name": "web", "command": stubborn("kill -TERM"), "stopTimeout": 1}))
    assert progress.lives["web"].exit_code == 137
    assert "web: did not stop in 1 s (SIGKILL)" in said


def test_a_second_signal_does_not_wait() -> None:
    script = stubborn("kill -TERM", "sleep 0.3; kill -INT")
    progress, said = run(task({"name": "web", "command": script, "stopTimeout": 120}))
    assert progress.lives["web"].exit_code == 137
    assert "SIGINT: the task is asked to stop at once" in said


def test_a_container_that_cannot_start_is_told_and_stops_the_task() -> None:
    progress, said = run(task({"name": "web", "command": "missing"}))
    assert progress.stop is not None
    assert progress.stop.code is StopCode.TASK_FAILED_TO_START
    assert "web: CannotStartContainerError: no such program" in said


def test_a_restart_policy_starts_again_what_ran_long_enough(tmp_path: Path) -> None:
    script = f"echo x >> {tmp_path}/runs; [ $(wc -l < {tmp_path}/runs) -ge 3 ] && exit 0; sleep 0.2; exit 1"
    policy = {"enabled": True, "ignoredExitCodes": [0], "restartAttemptPeriod": 60}
    progress, said = run(task({"name": "web", "command": script, "restartPolicy": policy}, hurry=1000))
    assert progress.lives["web"].restarts == 2
    assert progress.lives["web"].exit_code == 0
    assert said.count("web: made") == 1


def test_health_checks_run_until_they_pass_and_time_out(tmp_path: Path) -> None:
    check = {
        "command": ["CMD", "/bin/sh", "-c", f"[ -e {tmp_path}/up ] || exec sleep 60"],
        "interval": 5,
        "timeout": 1,
    }
    found = task(
        {
            "name": "web",
            "command": "exec sleep 60",
            "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}],
        },
        {"name": "db", "command": f"sleep 0.3; touch {tmp_path}/up; exec sleep 60", "healthCheck": check},
        hurry=50,
    )
    sent: list[int] = []
    progress, said = run(found, lambda now: stop_when_all_run(now, sent))
    assert said.index("db: HEALTHY") < said.index("web: started")
    assert said.index("web: stopping (SIGTERM)") < said.index("db: stopping (SIGTERM)")
    assert progress.lives["db"].health is Health.HEALTHY


def test_no_descriptor_is_left() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    run(task({"name": "web", "command": "exit 0"}))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("code", [0, 3])
def test_exit_codes_are_those_of_the_process(code: int) -> None:
    progress, _ = run(task({"name": "web", "command": f"exit {code}"}))
    assert progress.lives["web"].exit_code == code
