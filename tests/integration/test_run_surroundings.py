"""What is around a task: network, metadata and credentials endpoints, images, and what is left of it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest
import registries
from tasks import ImageMaker, Runner, container, end, needs_engine, taskdef
from traces import traces

from outrider.errors import ExitStatus

pytestmark = [needs_engine, pytest.mark.whole]

FOREVER = "echo up; while :; do sleep 0.1; done"
ROLE = {"taskRoleArn": "arn:aws:iam::123456789012:role/shop"}


def test_containers_share_one_network_that_the_host_can_reach(runner: Runner, app: str) -> None:
    web = container(script="echo served > /srv/page; echo up; httpd -f -p 8080 -h /srv")
    side = container("side", f"wget -qO- http://127.0.0.1:8080/page; {FOREVER}", essential=False)
    side["dependsOn"] = [{"containerName": "web", "condition": "HEALTHY"}]
    web["healthCheck"] = {"command": ["CMD-SHELL", "wget -qO- http://127.0.0.1:8080/page"], "interval": 5}
    with runner.start(taskdef(web, side), app, "--hurry", "20") as running:
        running.until(lambda: "served" in running.printed("side"))
        assert running.task["network"]["mode"] == "task"
        with urllib.request.urlopen(f"http://{running.address}:8080/page", timeout=10) as answer:
            assert answer.read() == b"served\n"
        assert end(running).status == ExitStatus.OK


def test_tasks_do_not_see_each_others_ports(runner: Runner, app: str) -> None:
    web = taskdef(container(script="echo up; httpd -f -p 8080 -h /srv"))
    with runner.start(web, app) as one, runner.start(web, app) as other:
        assert one.address != other.address
        for running in (one, other):
            running.until(lambda r=running: "up" in r.printed("web"))
            assert end(running).status == ExitStatus.OK


def test_a_task_reaches_this_machine(runner: Runner, app: str) -> None:
    """By the address of this machine's end of the link, which is the task's default route."""
    script = f"trap 'wget -qO- http://$(cat /tmp/host)/hello; exit 0' TERM; {FOREVER}"
    with (
        runner.start(taskdef(container(script=script)), app) as running,
        socket.create_server((running.task["network"]["host_address"], 0)) as server,
    ):
        running.until(lambda: "up" in running.printed("web"))
        root = Path(f"/proc/{running.task['containers']['web']['pid']}/root")
        (root / "tmp/host").write_text(":".join(map(str, server.getsockname())))
        running.process.send_signal(signal.SIGTERM)
        connection, _ = server.accept()
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nfrom the host\n")
        connection.close()
        done = end(running, stop=False)
    assert done.out["web"] == ["up", "from the host"]


def test_the_metadata_endpoint_answers_in_the_task(runner: Runner, app: str) -> None:
    script = (
        'echo "$ECS_CONTAINER_METADATA_URI_V4"; wget -qO- "$ECS_CONTAINER_METADATA_URI_V4"; echo;'
        'wget -qO- "$ECS_CONTAINER_METADATA_URI_V4/task"; echo;'
        'wget -qO- "$ECS_CONTAINER_METADATA_URI_V4/no"; exit 0'
    )
    done = runner.run(taskdef(container(script=script), revision=4), app)
    uri, own, task = done.out["web"][:3]
    assert uri.startswith("http://169.254.170.2/v4/")
    own, task = json.loads(own), json.loads(task)
    assert own["DockerId"] == uri.rpartition("/")[2] == done.task["containers"]["web"]["docker_id"]
    assert own["ImageID"].startswith("sha256:")
    assert own["KnownStatus"] in ("CREATED", "RUNNING")
    assert task["TaskARN"] == done.task["task_arn"] == own["Labels"]["com.amazonaws.ecs.task-arn"]
    assert (task["Family"], task["Revision"]) == ("shop", "4")
    assert [entry["Name"] for entry in task["Containers"]] == ["web"]


def test_credentials_are_there_with_a_task_role_and_are_fake(runner: Runner, app: str) -> None:
    script = 'wget -qO- "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"; echo; exit 0'
    found = json.loads(runner.run(taskdef(container(script=script), **ROLE), app).out["web"][0])
    assert found["RoleArn"] == ROLE["taskRoleArn"]
    assert "FAKE" in found["AccessKeyId"]
    without = runner.run(taskdef(container(script='echo "[$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI]"')), app)
    assert without.out["web"] == ["[]"]


def test_on_the_hosts_network_the_endpoint_is_on_loopback(runner: Runner, app: str) -> None:
    script = (
        'wget -qO- "$ECS_CONTAINER_METADATA_URI_V4/task" | grep -c TaskARN;'
        'echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"'
    )
    done = runner.run(taskdef(container(script=script), **ROLE), app, "--network", "host")
    assert done.out["web"][0] == "1"
    assert done.out["web"][1].startswith("http://127.0.0.1:")
    assert done.task["network"]["mode"] == "host"


def test_kernel_parameters_of_the_network_are_set_in_the_tasks_own(runner: Runner, app: str) -> None:
    controls = [{"namespace": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]
    script = "cat /proc/sys/net/ipv4/ip_unprivileged_port_start"
    done = runner.run(taskdef(container(script=script, systemControls=controls)), app)
    assert done.out["web"] == ["80"]
    assert Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text().strip() != "80"


@pytest.mark.skipif(
    registries.PROGRAM is None or shutil.which("skopeo") is None, reason="docker-registry and skopeo"
)
def test_images_come_from_a_registry_by_tag_and_digest(
    runner: Runner, images: ImageMaker, tmp_path: Path
) -> None:
    layout = images.make("pushed")
    with registries.debian_registry(tmp_path) as host:
        copy = ["skopeo", "copy", "--quiet", "--dest-tls-verify=false", layout, f"docker://{host}/shop:1"]
        subprocess.run(copy, check=True)
        by_tag = runner.run(taskdef(container(script="echo pulled", image=f"{host}/shop:1")), *plain(host))
        assert by_tag.out["web"] == ["pulled"], by_tag.errors
        digest = by_tag.task["containers"]["web"]["image_id"]
        exact = taskdef(container(script="echo pulled", image=f"{host}/shop:1@{digest}"))
        assert runner.run(exact, *plain(host)).out["web"] == ["pulled"]


def plain(host: str) -> tuple[str, str]:
    """The options for a registry without TLS."""
    return "--registry-http", host


def test_nothing_is_left_of_a_task(runner: Runner, app: str, tmp_path: Path) -> None:
    definition = taskdef(
        container(script=FOREVER, mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}]),
        container("side", FOREVER, essential=False),
        volumes=[{"name": "v"}],
    )
    with runner.start(definition, app) as running:
        link = Path("/sys/class/net") / running.task["network"]["link"]
        assert link.exists()
        assert len(traces(runner)[1]) == 2
        shutil.copytree(running.state / "settings", tmp_path / "settings")
        settings = {key: Path(value).name for key, value in running.task["engine"]["environment"].items()}
        assert end(running).status == ExitStatus.OK
        assert traces(runner) == ([], [])
        assert not link.exists()
        assert sorted(path.name for path in running.state.iterdir()) == ["logs", "run.lock", "task.json"]
    environment = {**os.environ, **{key: str(tmp_path / "settings" / name) for key, name in settings.items()}}
    listed = subprocess.run(
        ["podman", "ps", "--all", "--quiet"], env=environment, capture_output=True, text=True, check=True
    )
    assert listed.stdout == ""


def test_what_a_killed_run_left_the_next_one_removes(runner: Runner, app: str) -> None:
    with runner.start(taskdef(container(script=FOREVER)), app) as running:
        running.process.send_signal(signal.SIGKILL)
        running.process.communicate()
        assert len(traces(runner)[1]) == 1
    assert runner.run(taskdef(container(script="exit 0")), app).status == ExitStatus.OK
    assert traces(runner) == ([], [])
