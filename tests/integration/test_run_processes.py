"""Without an engine: the same tasks as plain processes, and what they do not show is said."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import registries
from tasks import ImageMaker, Runner, container, end, needs_root, taskdef

from outrider.errors import ExitStatus

pytestmark = needs_root

PLAIN = ("--engine", "processes")
FOREVER = "echo up; while :; do sleep 0.1; done"


def test_order_volumes_users_and_capabilities_are_as_with_an_engine(runner: Runner, app: str) -> None:
    mount = {"sourceVolume": "data", "containerPath": "/data"}
    definition = taskdef(
        container(
            script="cat /data/file; touch /data/x || echo read-only; id; grep CapBnd /proc/self/status; ls /",
            user="app",
            dependsOn=[{"containerName": "init", "condition": "SUCCESS"}],
            mountPoints=[{**mount, "readOnly": True}],
        ),
        container("init", "echo filled > /data/file", essential=False, mountPoints=[mount]),
        volumes=[{"name": "data"}],
    )
    done = runner.run(definition, app, *PLAIN)
    assert done.status == ExitStatus.OK, done.errors
    out = done.out["web"]
    assert "filled" in out
    assert "read-only" in out
    assert "uid=1000(app) gid=1001(app) groups=1001(app),2000(extra)" in out
    assert "CapBnd:\t00000000a80425fb" in out
    assert "data" in out
    assert "boot" not in out
    for missing in ("seccomp profile", "namespaces"):
        assert f"not as on Fargate: {missing}" in done.errors


def test_tasks_are_stopped_and_leave_no_process(runner: Runner, app: str) -> None:
    seconds = f"{os.getpid() + 1000}"  # a sleep like no other on this machine
    script = f"trap 'echo asked; exit 0' TERM; (sleep {seconds} &) ; {FOREVER}"
    with runner.start(taskdef(container(script=script, stopTimeout=5)), app, *PLAIN) as running:
        running.until(lambda: "up" in running.printed("web"))
        root = running.state / "rootfs/web"
        done = end(running)
    assert done.out["web"] == ["up", "asked"]
    assert not root.exists()
    mine = f"sleep\0{seconds}\0".encode()
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if mine in _read(path)]


def test_exit_codes_restarts_and_health(runner: Runner, app: str) -> None:
    policy = {"enabled": True, "ignoredExitCodes": [4], "restartAttemptPeriod": 60}
    script = (
        "echo x >> /tmp/runs; n=$(grep -c x /tmp/runs); echo run $n; [ $n -ge 2 ] && exit 4; sleep 0.3; false"
    )
    done = runner.run(taskdef(container(script=script, restartPolicy=policy)), app, *PLAIN, "--hurry", "1000")
    assert done.out["web"] == ["run 1", "run 2"]
    assert done.status == ExitStatus.POLICY
    assert done.task["containers"]["web"]["exit_code"] == 4
    check = {"command": ["CMD-SHELL", "test -e /tmp/up"], "interval": 5}
    healthy = taskdef(container(script=f"touch /tmp/up; {FOREVER}", healthCheck=check))
    with runner.start(healthy, app, *PLAIN, "--hurry", "20") as running:
        assert running.task["health"] == "HEALTHY"
        assert end(running).status == ExitStatus.OK


def test_the_metadata_endpoint_is_there(runner: Runner, app: str) -> None:
    script = 'wget -qO- "$ECS_CONTAINER_METADATA_URI_V4/task" | grep -c TaskARN'
    assert runner.run(taskdef(container(script=script)), app, *PLAIN).out["web"] == ["1"]


def test_a_program_that_is_not_there_is_127(runner: Runner, app: str) -> None:
    done = runner.run(taskdef(container(entryPoint=["/no/such/program"])), app, *PLAIN)
    assert done.status == ExitStatus.POLICY
    assert done.task["containers"]["web"]["exit_code"] == 127
    assert "cannot start" in done.out["web"][0]


@pytest.mark.skipif(
    registries.PROGRAM is None or shutil.which("skopeo") is None, reason="docker-registry and skopeo"
)
def test_images_come_from_a_registry_too(runner: Runner, images: ImageMaker, tmp_path: Path) -> None:
    layout = images.make("plain")
    with registries.debian_registry(tmp_path) as host:
        copy = ["skopeo", "copy", "--quiet", "--dest-tls-verify=false", layout, f"docker://{host}/shop:1"]
        subprocess.run(copy, check=True)
        definition = taskdef(container(script="echo pulled", image=f"{host}/shop:1"))
        assert runner.run(definition, *PLAIN, "--registry-http", host).out["web"] == ["pulled"]
        refused = runner.run(definition, *PLAIN)
    assert refused.status == ExitStatus.ENVIRONMENT
    assert f"CannotPullContainerError: {host}/shop:1" in refused.errors


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
