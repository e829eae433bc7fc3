"""What a definition asks for that a local run leaves out, with the reason: nothing is left out in silence."""

from collections.abc import Iterator

from outrider.fargate import fields
from outrider.fargate.fields import Raw
from outrider.fargate.task import Task
from outrider.model.outcome import Skipped

_TASK_FIELDS = (
    ("proxyConfiguration", "there is no App Mesh here"),
    ("ephemeralStorage", "the disk of this machine is used as it is"),
)

_CONTAINER_FIELDS = (
    ("environmentFiles", "they live in S3; give the variables with --env"),
    ("firelensConfiguration", "logs are not routed; every container's own output is shown"),
    ("repositoryCredentials", "images are pulled without credentials"),
    ("cpu", "CPU is not limited"),
    ("memory", "memory is not limited"),
    ("memoryReservation", "memory is not reserved"),
)


def differences(raw: Raw, task: Task) -> tuple[Skipped, ...]:
    """Everything of the definition that has no effect in a local run."""
    return tuple(_skipped(raw, task))


def cannot_run(raw: Raw, task: Task) -> str:
    """Why a definition that Fargate takes cannot be run here at all; empty when it can."""
    for volume in fields.objects(raw, "volumes", "task"):
        for key in (
            "efsVolumeConfiguration",
            "fsxWindowsFileServerVolumeConfiguration",
            "configuredAtLaunch",
        ):
            if volume.get(key):
                return f"volume {volume['name']} is not on this machine ({key})"
    family = fields.obj(raw, "runtimePlatform", "task").get("operatingSystemFamily") or "LINUX"
    if family != "LINUX":
        return f"runtimePlatform.operatingSystemFamily is {family:.40}"
    if task.pid_mode:
        return "pidMode task (one process namespace for all containers)"
    return ""


def _skipped(raw: Raw, task: Task) -> Iterator[Skipped]:
    """Each field without effect."""
    yield Skipped("task size", "cpu and memory of the task are checked, not enforced")
    for key, reason in _TASK_FIELDS:
        if raw.get(key):
            yield Skipped(key, reason)
    for container in fields.objects(raw, "containerDefinitions", "task"):
        for key, reason in _CONTAINER_FIELDS:
            if container.get(key):
                yield Skipped(f"container {container['name']}: {key}", reason)
    for one in task.containers:
        for name in one.secrets:
            yield Skipped(f"container {one.name}: secret {name}", "nobody to ask; give it with --env")
        if one.log_driver:
            yield Skipped(f"container {one.name}: log driver {one.log_driver}", "logs go to stdout")
