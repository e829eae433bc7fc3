"""What `outrider run` does not do, and with which exit status it says so."""

import socket
from pathlib import Path

import pytest
from tasks import Runner, container, end, needs_engine, taskdef

from outrider.errors import ExitStatus

INTERRUPTED = 130


def test_what_fargate_would_refuse_is_refused_in_its_words(runner: Runner) -> None:
    done = runner.run(taskdef(container(script="true", links=["db"]), networkMode="bridge"))
    assert done.status == ExitStatus.POLICY
    assert "ClientException: Fargate only supports network mode ‘awsvpc’." in done.errors  # noqa: RUF001
    assert "ClientException: Links are not supported when networkMode=awsvpc." in done.errors


@pytest.mark.parametrize(
    ("definition", "options", "status", "words"),
    [
        ({"Resources": {}}, (), ExitStatus.USAGE, "CloudFormation templates are not read yet"),
        ({}, (), ExitStatus.INCOMPLETE, "no containerDefinitions"),
        (
            taskdef(
                container(script="true"),
                volumes=[{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "f"}}],
            ),
            (),
            ExitStatus.USAGE,
            "not on this machine",
        ),
        (taskdef(container(script="true")), ("--env", "nonsense"), ExitStatus.USAGE, "expected NAME=VALUE"),
        (taskdef(container(script="true")), ("--env", "ghost:A=1"), ExitStatus.USAGE, "no container ghost"),
        (taskdef(container(script="true")), ("--containerd", "3"), ExitStatus.USAGE, "containerd"),
    ],
)
def test_what_cannot_be_run_is_named(
    runner: Runner, definition: dict[str, object], options: tuple[str, ...], status: ExitStatus, words: str
) -> None:
    done = runner.run(definition, *options)
    assert (done.status, done.task) == (status, {})
    assert words in done.errors


@needs_engine
def test_a_signal_before_the_task_runs_ends_it_and_leaves_nothing(runner: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = "{}:{}".format(*silent.getsockname())
        definition = taskdef(container(script="true", image=f"{host}/shop:1"))
        with runner.start(definition, "--registry-http", host, ready=False) as running:
            connection, _ = silent.accept()
            done = end(running)
            connection.close()
    assert done.status == INTERRUPTED
    assert sorted(path.name for path in running.state.iterdir()) == ["logs", "run.lock"]


@needs_engine
def test_an_image_that_cannot_be_had_is_the_environments_fault(runner: Runner, tmp_path: Path) -> None:
    done = runner.run(
        taskdef(container(script="true", image="127.0.0.1:9/shop:1")), "--registry-http", "127.0.0.1:9"
    )
    assert done.status == ExitStatus.ENVIRONMENT
    assert "CannotPullContainerError: 127.0.0.1:9/shop:1" in done.errors
