"""The life of a task: order, health, restarts, stops and exit statuses, with real containers."""

import re
from pathlib import Path

import pytest
from tasks import Runner, container, end, needs_engine, taskdef

from outrider.errors import ExitStatus

pytestmark = [needs_engine, pytest.mark.whole]

FOREVER = "while :; do sleep 0.1; done"
POLITE = f"trap 'echo asked; exit 0' TERM; echo up; {FOREVER}"


def test_an_init_container_fills_a_volume_that_the_application_may_only_read(
    runner: Runner, app: str
) -> None:
    mount = {"sourceVolume": "data", "containerPath": "/data"}
    done = runner.run(
        taskdef(
            container(
                script="cat /data/file; touch /data/other || echo read-only",
                dependsOn=[{"containerName": "init", "condition": "SUCCESS"}],
                mountPoints=[{**mount, "readOnly": True}],
            ),
            container(
                "init",
                "stat -c '%u:%g %a' /data; echo filled > /data/file",
                essential=False,
                mountPoints=[mount],
            ),
            volumes=[{"name": "data"}],
        ),
        app,
    )
    assert done.status == ExitStatus.OK, done.errors
    assert done.out["init"] == ["0:0 755"]
    assert done.out["web"][0] == "filled"
    assert "read-only" in done.out["web"]
    assert done.task["status"] == "STOPPED"
    assert done.task["stop"]["code"] == "EssentialContainerExited"
    assert done.errors.index("init: exited with 0") < done.errors.index("web: started")


def test_an_init_container_that_fails_keeps_the_application_from_starting(runner: Runner, app: str) -> None:
    done = runner.run(
        taskdef(
            container(script="echo never", dependsOn=[{"containerName": "init", "condition": "SUCCESS"}]),
            container("init", "exit 3", essential=False),
        ),
        app,
    )
    assert done.status == ExitStatus.POLICY
    assert "web" not in done.out
    assert done.task["stop"]["code"] == "TaskFailedToStart"
    assert "init exited with 3" in done.task["stop"]["reason"]


def test_healthy_is_waited_for_and_shutdown_is_start_up_reversed(runner: Runner, app: str) -> None:
    definition = taskdef(
        container(script=POLITE, dependsOn=[{"containerName": "db", "condition": "HEALTHY"}]),
        container(
            "db",
            f"sleep 1; touch /tmp/up; {POLITE}",
            healthCheck={"command": ["CMD-SHELL", "test -e /tmp/up"], "interval": 5},
        ),
    )
    with runner.start(definition, app, "--hurry", "20") as running:
        assert running.task["containers"]["db"]["health"] == "HEALTHY"
        assert running.task["health"] == "HEALTHY"
        running.until(lambda: "up" in running.printed("web") and "up" in running.printed("db"))
        done = end(running)
    assert done.status == ExitStatus.OK, done.errors
    assert done.out == {"web": ["up", "asked"], "db": ["up", "asked"]}
    steps = [
        "db: started",
        "db: HEALTHY",
        "web: started",
        "web: stopping (SIGTERM)",
        "web: exited with 0",
        "db: stopping (SIGTERM)",
        "db: exited with 0",
    ]
    assert re.findall(r"^(?:db|web): .*", done.errors, re.MULTILINE) == steps


def test_who_ignores_sigterm_is_killed_after_stop_timeout(runner: Runner, app: str) -> None:
    stubborn = container(script=f"trap '' TERM; echo up; {FOREVER}", stopTimeout=2)
    with runner.start(taskdef(stubborn), app) as running:
        running.until(lambda: "up" in running.printed("web"))
        done = end(running)
    assert done.status == ExitStatus.OK
    assert done.task["containers"]["web"]["exit_code"] == 137
    assert "web: did not stop in 2 s (SIGKILL)" in done.errors


def test_the_image_chooses_its_stop_signal(runner: Runner, images, app: str) -> None:  # type: ignore[no-untyped-def]
    other = images.make("quits", StopSignal="SIGQUIT")
    script = f"trap 'echo quit; exit 0' QUIT; echo up; {FOREVER}"
    with runner.start(taskdef(container(script=script)), f"--image=web={other}") as running:
        running.until(lambda: "up" in running.printed("web"))
        assert end(running).out["web"] == ["up", "quit"]


@pytest.mark.parametrize(("code", "status"), [(0, ExitStatus.OK), (7, ExitStatus.POLICY)])
def test_the_end_of_an_essential_container_ends_the_task(
    runner: Runner, app: str, code: int, status: ExitStatus
) -> None:
    definition = taskdef(
        container(script=f"sleep 0.5; exit {code}"), container("side", POLITE, essential=False)
    )
    done = runner.run(definition, app)
    assert done.status == status
    assert "asked" in done.out["side"]
    assert f"Essential container in task exited (web, exit code {code})" in done.errors


def test_a_restart_policy_starts_the_same_container_again(runner: Runner, app: str) -> None:
    script = (
        "echo x >> /tmp/runs; n=$(grep -c x /tmp/runs); echo run $n; [ $n -ge 3 ] && exit 0; sleep 0.3; false"
    )
    policy = {"enabled": True, "ignoredExitCodes": [0], "restartAttemptPeriod": 60}
    done = runner.run(taskdef(container(script=script, restartPolicy=policy)), app, "--hurry", "1000")
    assert done.status == ExitStatus.OK, done.errors
    assert done.out["web"] == ["run 1", "run 2", "run 3"]
    assert done.task["containers"]["web"]["restarts"] == 2


def test_a_container_that_ended_too_early_is_not_restarted(runner: Runner, app: str) -> None:
    policy = {"enabled": True, "restartAttemptPeriod": 60}
    done = runner.run(taskdef(container(script="exit 1", restartPolicy=policy)), app)
    assert done.status == ExitStatus.POLICY
    assert done.task["containers"]["web"]["restarts"] == 0


def test_a_program_that_is_not_there_is_told(runner: Runner, app: str) -> None:
    done = runner.run(taskdef(container(entryPoint=["/no/such/program"])), app)
    assert done.status == ExitStatus.POLICY
    assert "CannotStartContainerError" in done.errors
    assert "/no/such/program" in done.errors


def test_entry_points_and_commands_replace_those_of_the_image_as_docker_does(runner: Runner, images) -> None:  # type: ignore[no-untyped-def]
    image = images.make("entry", Entrypoint=["/bin/sh", "-c", 'echo "$0 $*"'], Cmd=["image", "command"])
    shell = ["/bin/sh", "-c", 'echo "own $0 $*"']
    cases = {
        "neither": {},
        "empty": {"entryPoint": [], "command": []},
        "command": {"command": ["my", "words"]},
        "entry": {"entryPoint": shell},
        "both": {"entryPoint": shell, "command": ["my", "words"]},
    }
    definition = taskdef(
        *({"name": name, "image": "x", "essential": name == "both", **case} for name, case in cases.items())
    )
    for container_definition in definition["containerDefinitions"]:
        if container_definition["essential"]:
            others = [name for name in cases if name != "both"]
            container_definition["dependsOn"] = [
                {"containerName": n, "condition": "COMPLETE"} for n in others
            ]
    done = runner.run(definition, f"--image=x={image}")
    assert done.out == {
        "neither": ["image command"],
        "empty": ["image command"],
        "command": ["my words"],
        "entry": ["own /bin/sh "],
        "both": ["own my words"],
    }


def test_the_environment_is_the_definitions_then_the_users(runner: Runner, app: str) -> None:
    definition = taskdef(
        container(
            script='echo "$A|$B|$C|$container|$TERM|$http_proxy"; echo "$MANY"',
            environment=[
                {"name": "A", "value": "1"},
                {"name": "B", "value": ""},
                {"name": "MANY", "value": "a\nb=c"},
            ],
            secrets=[{"name": "C", "valueFrom": "arn:x"}],
        ),
        executionRoleArn="arn:role",
    )
    done = runner.run(definition, app, "--env", "B=two", "--env", "web:C=secret")
    assert done.out["web"] == ["1|two|secret|||", "a", "b=c"]
    assert "secret C: nobody to ask" in done.errors


def test_what_the_image_has_at_a_declared_volume_fills_the_fresh_one(runner: Runner, images) -> None:  # type: ignore[no-untyped-def]
    image = images.make("seeded", {"data/": b"", "data/file": b"from the image\n"}, Volumes={"/data": {}})
    mounts = [{"sourceVolume": "v", "containerPath": "/data"}]
    definition = taskdef(
        container(script="stat -c '%u %a' /data; cat /data/file", mountPoints=mounts), volumes=[{"name": "v"}]
    )
    assert runner.run(definition, f"--image=app={image}").out["web"] == ["1000 750", "from the image"]


def test_scripts_find_what_they_need(runner: Runner, app: str, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    definition = taskdef(
        container(
            script=f"echo x > /data/x; {POLITE}",
            mountPoints=[{"sourceVolume": "v", "containerPath": "/data"}],
        ),
        volumes=[{"name": "v"}],
    )
    with runner.start(definition, app, "--ready-file", str(ready), "--keep") as running:
        running.until(lambda: ready.exists() and "up" in running.printed("web"))
        found = running.task
        assert found["schema"] == "outrider.run/1"
        assert ready.read_text().strip() == running.address
        assert Path(f"/proc/{found['containers']['web']['pid']}/root/bin/busybox").exists()
        assert Path(found["network"]["namespace"]).exists()
        done = end(running)
    assert (Path(done.task["volumes"]["v"]) / "x").read_text() == "x\n"
    assert Path(done.task["containers"]["web"]["log"]).exists()
