"""For every rule about task definitions: what passes, what fails, what it does not apply to."""

from typing import Any

from outrider.model.finding import Secret
from outrider.scan.compliance.subjects import Container, Task

IMAGE = "example.com/shop@sha256:" + "a" * 64
WEB: dict[str, Any] = {
    "name": "web",
    "image": IMAGE,
    "essential": True,
    "memory": 512,
    "user": "1000",
    "readonlyRootFilesystem": True,
    "logConfiguration": {"logDriver": "awslogs"},
    "healthCheck": {"command": ["CMD", "/ok"]},
    "entryPoint": ["/outrider/bin/outrider-run", "--container", "web", "--", "/start"],
    "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
    "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}},
}
DEFINITION: dict[str, Any] = {
    "family": "shop",
    "networkMode": "awsvpc",
    "taskRoleArn": "arn:aws:iam::123456789012:role/shop",
    "executionRoleArn": "arn:aws:iam::123456789012:role/ecs",
    "volumes": [
        {
            "name": "data",
            "efsVolumeConfiguration": {
                "fileSystemId": "fs-1",
                "transitEncryption": "ENABLED",
                "authorizationConfig": {"iam": "ENABLED"},
            },
        }
    ],
}
SECRET = Secret(rule="generic", title="Password", path="env:DB_PASSWORD", redacted="hu**")


def task(definition: dict[str, Any] | None = None, secrets: tuple[Secret, ...] = (), **changes: Any) -> Task:
    """The good task, its definition or its one container changed; None takes a field away."""
    container = {key: value for key, value in {**WEB, **changes}.items() if value is not None}
    whole = {key: value for key, value in {**DEFINITION, **(definition or {})}.items() if value is not None}
    whole["containerDefinitions"] = [container]
    return Task(definition=whole, containers=(Container("web", container, secrets),))


GOOD = task()
EMPTY = Task(definition={}, containers=())

BAD: dict[str, tuple[Task, ...]] = {
    "adds_no_dangerous_capability": (task(linuxParameters={"capabilities": {"add": ["sys_admin"]}}),),
    "checks_the_health_of_its_containers": (task(healthCheck=None), task(healthCheck=None, essential=None)),
    "encrypts_its_files_on_the_way": (
        task({"volumes": [{"name": "d", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]}),
    ),
    "has_a_network_of_its_own": (task({"networkMode": "host"}), task({"networkMode": None})),
    "has_a_role_of_its_own": (task({"taskRoleArn": DEFINITION["executionRoleArn"]}),),
    "is_protected_by_outrider": (task(entryPoint=["/start"]), task(entryPoint=None)),
    "keeps_secrets_out_of_its_environment": (task(secrets=(SECRET,)),),
    "limits_the_memory_of_its_containers": (task(memory=None),),
    "mounts_its_root_read_only": (task(readonlyRootFilesystem=False), task(readonlyRootFilesystem=None)),
    "mounts_no_host_socket": (task(mountPoints=[{"containerPath": "/var/run/docker.sock"}]),),
    "pins_its_images": (task(image="nginx:1"), task(image=None)),
    "runs_no_privileged_container": (task(privileged=True),),
    "sends_its_logs_somewhere": (task(logConfiguration=None), task(logConfiguration={})),
    "sets_a_user_other_than_root": (task(user=None), task(user="root"), task(user="0:0"), task(user=":1")),
    "shares_no_namespace_of_its_host": (task({"pidMode": "host"}), task({"ipcMode": "host"})),
}
MALFORMED: dict[str, Task] = {
    "adds_no_dangerous_capability": task(linuxParameters="all"),
    "mounts_no_host_socket": task(mountPoints={"containerPath": 5}),
    "has_a_network_of_its_own": task({"networkMode": 7}),
    "mounts_its_root_read_only": task(readonlyRootFilesystem="yes"),
    "encrypts_its_files_on_the_way": task({"volumes": ["data"]}),
    "pins_its_images": task(image=["nginx"]),
}
"""Rule → a task whose field has the wrong form: FAIL, and told of as not looked at."""
