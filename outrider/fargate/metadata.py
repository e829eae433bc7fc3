"""What a task can ask about itself: the documents of the metadata endpoint (version 4) and credentials.

Form: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outrider.fargate.health import Health
from outrider.fargate.order import Life, Phase, Progress
from outrider.fargate.task import Container, Task
from outrider.model import task_size

ADDRESS = "169.254.170.2"
"""Where Fargate serves metadata and credentials."""

_KNOWN = {
    Phase.PENDING: "PENDING",
    Phase.STARTING: "CREATED",
    Phase.RUNNING: "RUNNING",
    Phase.STOPPING: "RUNNING",
    Phase.STOPPED: "STOPPED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The names of one run of a task, made up where there is no AWS."""

    task_id: str
    """32 hex digits."""
    account: str = "123456789012"
    region: str = "us-east-1"
    cluster: str = "outrider-run"
    address: str = ""
    """The task's IPv4 address; empty when it has none of its own."""
    pull_started_at: str = ""
    pull_stopped_at: str = ""

    @property
    def cluster_arn(self) -> str:
        """The cluster's ARN."""
        return f"arn:aws:ecs:{self.region}:{self.account}:cluster/{self.cluster}"

    @property
    def task_arn(self) -> str:
        """The task's ARN."""
        return f"arn:aws:ecs:{self.region}:{self.account}:task/{self.cluster}/{self.task_id}"

    def container_arn(self, docker_id: str) -> str:
        """A container's ARN."""
        return f"arn:aws:ecs:{self.region}:{self.account}:container/{self.cluster}/{self.task_id}/{docker_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFacts:
    """What only the engine knows of a container. Times are RFC 3339; empty before they come."""

    docker_id: str
    """`<task id>-<number>`, as on Fargate."""
    image_id: str
    """`sha256:…` of the image, as ECS reports it."""
    created_at: str = ""
    started_at: str = ""
    finished_at: str = ""


Facts = Mapping[str, ContainerFacts]
"""Container name → what the engine knows."""


def docker_id(identity: Identity, number: int) -> str:
    """The id of the container with this place in the definition: `<task id>-<ten digits>`."""
    return f"{identity.task_id}-{(int(identity.task_id[:8], 16) + number) % 10**10:010d}"


def environment(task: Task, docker: str, base: str, credentials_path: str) -> dict[str, str]:
    """The variables that ECS adds to a container; credentials only when the task has a role.

    `base` is `http://169.254.170.2`, or where else the endpoint is; then the credentials are named in full,
    which SDKs take for loopback addresses.
    """
    given = {
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        "ECS_CONTAINER_METADATA_URI": f"{base}/v3/{docker}",
        "ECS_CONTAINER_METADATA_URI_V4": f"{base}/v4/{docker}",
        "ECS_AGENT_URI": f"{base}/api/{docker}",
    }
    if task.task_role and base == f"http://{ADDRESS}":
        given["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = credentials_path
    elif task.task_role:
        given["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{base}{credentials_path}"
    return given


def container_document(
    task: Task, name: str, identity: Identity, facts: Facts, progress: Progress
) -> dict[str, Any]:
    """The answer to `${ECS_CONTAINER_METADATA_URI_V4}`."""
    container, life, known = task.container(name), progress.lives[name], facts[name]
    document: dict[str, Any] = {
        "DockerId": known.docker_id,
        "Name": name,
        "DockerName": name,
        "Image": container.image,
        "ImageID": known.image_id,
        "Labels": _labels(task, container, identity),
        "DesiredStatus": "STOPPED" if progress.stop or life.phase is Phase.STOPPED else "RUNNING",
        "KnownStatus": _KNOWN[life.phase],
        "Limits": {"CPU": container.cpu or 2} | ({"Memory": container.memory} if container.memory else {}),
        "Type": "NORMAL",
        "LogDriver": container.log_driver or "json-file",
        "ContainerARN": identity.container_arn(known.docker_id),
        "Snapshotter": "overlayfs",
        "RestartCount": life.restarts,
    }
    document |= _times(known)
    if life.exit_code is not None and life.phase is Phase.STOPPED:
        document["ExitCode"] = life.exit_code
    if container.health_check:
        document["Health"] = {"status": life.health.value}
    if identity.address:
        document["Networks"] = [{"NetworkMode": "awsvpc", "IPv4Addresses": [identity.address]}]
    return document


def task_document(task: Task, identity: Identity, facts: Facts, progress: Progress) -> dict[str, Any]:
    """The answer to `${ECS_CONTAINER_METADATA_URI_V4}/task`; containers appear once their image is there."""
    document: dict[str, Any] = {
        "Cluster": identity.cluster_arn,
        "TaskARN": identity.task_arn,
        "Family": task.family,
        "Revision": str(task.revision),
        "DesiredStatus": "STOPPED" if progress.stop else "RUNNING",
        "KnownStatus": task_status(progress),
        "Limits": {
            "CPU": (task_size.cpu_units(task.cpu) or 0) / 1024,
            "Memory": task_size.memory_mib(task.memory) or 0,
        },
        "AvailabilityZone": f"{identity.region}a",
        "LaunchType": "FARGATE",
        "Containers": [
            container_document(task, container.name, identity, facts, progress)
            for container in task.containers
            if container.name in facts
        ],
    }
    if identity.pull_started_at:
        document["PullStartedAt"] = identity.pull_started_at
        document["PullStoppedAt"] = identity.pull_stopped_at
    return document


def task_status(progress: Progress) -> str:
    """The task's status in ECS's words: `PENDING`, `RUNNING`, `DEPROVISIONING` or `STOPPED`."""
    if progress.finished:
        return "STOPPED"
    if progress.stop:
        return "DEPROVISIONING"
    waiting = any(life.phase in (Phase.PENDING, Phase.STARTING) for life in progress.lives.values())
    return "PENDING" if waiting else "RUNNING"


def task_health(task: Task, progress: Progress) -> Health:
    """The task's health: that of its essential containers with a health check, the worst first."""
    found = [_health_of(progress.lives[c.name]) for c in task.containers if c.essential and c.health_check]
    for health in (Health.UNHEALTHY, Health.UNKNOWN, Health.HEALTHY):
        if health in found:
            return health
    return Health.UNKNOWN


def fake_credentials(task: Task, expiration: str) -> dict[str, str]:
    """The answer to the credentials endpoint: of the right form, plainly worthless."""
    return {
        "RoleArn": task.task_role,
        "AccessKeyId": "ASIAFAKEOUTRIDERFAKE",
        "SecretAccessKey": "fake/worthless/made+by+outrider+run/fake",
        "Token": "fake-session-token-made-by-outrider-run",
        "Expiration": expiration,
    }


def _labels(task: Task, container: Container, identity: Identity) -> dict[str, str]:
    """The labels of the definition and those that ECS adds."""
    return {
        **dict(container.labels),
        "com.amazonaws.ecs.cluster": identity.cluster_arn,
        "com.amazonaws.ecs.container-name": container.name,
        "com.amazonaws.ecs.task-arn": identity.task_arn,
        "com.amazonaws.ecs.task-definition-family": task.family,
        "com.amazonaws.ecs.task-definition-version": str(task.revision),
    }


def _times(facts: ContainerFacts) -> dict[str, str]:
    """The times that are known."""
    times = {"CreatedAt": facts.created_at, "StartedAt": facts.started_at, "FinishedAt": facts.finished_at}
    return {key: value for key, value in times.items() if value}


def _health_of(life: Life) -> Health:
    """A stopped container's last health says nothing any more."""
    return life.health if life.phase in (Phase.RUNNING, Phase.STOPPING) else Health.UNKNOWN
