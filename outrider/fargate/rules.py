"""What Fargate refuses: each rule looks at a task definition and yields what the service would object to.

`quoted` messages are ECS's own words, as its users report them; the others say in our words what its
documentation says. All are listed at once, where ECS stops at the first.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from outrider.errors import RefusedDefinition
from outrider.fargate import fields
from outrider.fargate.capabilities import ADDABLE
from outrider.fargate.dependencies import cannot_be_ordered
from outrider.fargate.fields import Raw
from outrider.fargate.refusal import Refusal
from outrider.fargate.task import Task, definition, parse
from outrider.model import task_size

MAX_CONTAINERS = 10
"""ECS service quota: containers a task definition."""

LOG_DRIVERS = ("awslogs", "splunk", "awsfirelens")
"""Drivers that Fargate has (API reference, LogConfiguration)."""

_UNSUPPORTED = (
    ("privileged", False),
    ("disableNetworking", False),
    ("dnsServers", False),
    ("dnsSearchDomains", False),
    ("dockerSecurityOptions", True),
    ("extraHosts", False),
)
"""Container fields that Fargate does not have, and whether the sentence was seen for that field."""

_UNSUPPORTED_LINUX = (("devices", True), ("sharedMemorySize", True), ("maxSwap", True), ("swappiness", False))

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_NAME_HINT = "names have up to 255 letters, digits, hyphens and underscores."

_Rule = Callable[[Raw, Task], Iterator[Refusal]]


def check(document: object) -> Task:
    """The task of a definition that Fargate would take.

    Raises RefusedDefinition with every objection, InvalidInput or UsageError for what is no task definition.
    """
    task = parse(document)
    found = refusals(definition(document), task)
    if found:
        lines = "\n".join(f"  - {refusal}" for refusal in found)
        hints = "\n        ".join(dict.fromkeys(refusal.hint for refusal in found if refusal.hint))
        raise RefusedDefinition(f"Fargate would refuse {task.family}:\n{lines}", hint=hints)
    return task


def refusals(raw: Raw, task: Task) -> tuple[Refusal, ...]:
    """Every objection to a definition, in the order of RULES."""
    return tuple(refusal for rule in RULES for refusal in rule(raw, task))


def wrong_size(raw: Raw, task: Task) -> Iterator[Refusal]:
    """cpu and memory must be one of the pairs that Fargate offers."""
    for key, value in (("cpu", task.cpu), ("memory", task.memory)):
        if not value:
            yield Refusal(f"Fargate requires that '{key}' be defined at the task level.", quoted=True)
    if not task.cpu or not task.memory:
        return
    cpu, memory = task_size.cpu_units(task.cpu), task_size.memory_mib(task.memory)
    if cpu is None:
        yield Refusal("Invalid 'cpu' setting for task.", quoted=True, hint=f"not an amount: {task.cpu!r:.60}")
    elif memory not in task_size.MEMORY.get(cpu, ()):
        known = task_size.MEMORY.get(cpu)
        hint = (
            f"cpu {cpu} goes with memory {_few(known)} MiB"
            if known
            else f"cpu is one of {_few(task_size.MEMORY)}"
        )
        yield Refusal("No Fargate configuration exists for given values.", quoted=True, hint=hint)


def wrong_launch_type(raw: Raw, task: Task) -> Iterator[Refusal]:
    """When the definition says what it is for, Fargate must be among it."""
    wanted = fields.texts(raw, "requiresCompatibilities", "task")
    if wanted and "FARGATE" not in wanted:
        yield Refusal("Task definition does not support launch_type FARGATE.", quoted=True)


def wrong_network(raw: Raw, task: Task) -> Iterator[Refusal]:
    """One network interface a task, so awsvpc, no links, and host ports that equal the container's."""
    if raw.get("networkMode") != "awsvpc":
        yield Refusal("Fargate only supports network mode ‘awsvpc’.", quoted=True)  # noqa: RUF001
    for container in fields.objects(raw, "containerDefinitions", "task"):
        name = container["name"]
        if container.get("links"):
            yield Refusal("Links are not supported when networkMode=awsvpc.", quoted=True, container=name)
        if container.get("hostname"):
            yield Refusal("hostname is not supported when networkMode=awsvpc", container=name)
        for mapping in fields.objects(container, "portMappings", name):
            if mapping.get("hostPort") not in (None, 0, mapping.get("containerPort")):
                text = "the host ports and container ports in port mappings must match."
                yield Refusal(f"When networkMode=awsvpc, {text}", quoted=True, container=name)


def unsupported_task_fields(raw: Raw, task: Task) -> Iterator[Refusal]:
    """Namespaces of the host, placement and volumes that need a host."""
    if raw.get("ipcMode"):
        yield Refusal("Tasks using the Fargate launch type do not support ipcMode.", quoted=True)
    if task.pid_mode not in ("", "task"):
        yield Refusal("On Fargate the only pidMode is task", hint="leave pidMode out.")
    if raw.get("placementConstraints"):
        yield _unsupported("constraints", quoted=True)
    for volume in fields.objects(raw, "volumes", "task"):
        if fields.obj(volume, "host", "volumes").get("sourcePath"):
            hint = f"volume {volume['name']}: leave host.sourcePath out."
            yield _unsupported("sourcePath", quoted=True, hint=hint)
        if volume.get("dockerVolumeConfiguration"):
            yield _unsupported("dockerVolumeConfiguration", quoted=True)


def unsupported_container_fields(raw: Raw, task: Task) -> Iterator[Refusal]:
    """What would need the host, or more than the default rights."""
    for container in fields.objects(raw, "containerDefinitions", "task"):
        name, linux = container["name"], container.get("linuxParameters") or {}
        for key, quoted in _UNSUPPORTED:
            if container.get(key):
                yield _unsupported(key, quoted=quoted, container=name)
        for key, quoted in _UNSUPPORTED_LINUX:
            if linux.get(key) not in (None, []):
                yield _unsupported(key, quoted=quoted, container=name)
        if any(item.get("type") == "GPU" for item in fields.objects(container, "resourceRequirements", name)):
            yield _unsupported("gpu", quoted=False, container=name)
    for one in task.containers:
        for capability in one.capabilities_added:
            if capability.removeprefix("CAP_") not in ADDABLE:
                text = "Tasks launched on Fargate only support adding the SYS_PTRACE kernel capability"
                yield Refusal(f"{text}, not {capability}", container=one.name)
        if one.log_driver and one.log_driver not in LOG_DRIVERS:
            text = f"log driver {one.log_driver} is not supported on Fargate; it has {', '.join(LOG_DRIVERS)}"
            yield Refusal(text, container=one.name)


def wrong_containers(raw: Raw, task: Task) -> Iterator[Refusal]:
    """How many there are, what they are called, and that one of them matters."""
    names = [container.name for container in task.containers]
    for name in names:
        if not _NAME.fullmatch(name):
            yield Refusal(f"{name!r:.60} is no name for a container", hint=_NAME_HINT)
    if len(names) > MAX_CONTAINERS:
        yield Refusal("Too many containers.", quoted=True, hint=f"a task has at most {MAX_CONTAINERS}.")
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Refusal(f"two containers are called {name}")
    if not any(container.essential for container in task.containers):
        yield Refusal("All tasks must have at least one essential container")
    limit = task_size.memory_mib(task.memory) or float("inf")
    for container in task.containers:
        if container.memory > limit:
            text = f"The 'memory' setting for container '{container.name}' is greater than for the task."
            yield Refusal(text, quoted=True)
    if sum(container.cpu for container in task.containers) > (task_size.cpu_units(task.cpu) or float("inf")):
        text = "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."
        yield Refusal(text, quoted=True)


def missing_execution_role(raw: Raw, task: Task) -> Iterator[Refusal]:
    """ECR, CloudWatch, secrets and private registries are reached with the execution role."""
    if task.execution_role:
        return
    needed = "Fargate requires task definition to have execution role ARN to support"
    if any(".dkr.ecr." in container.image for container in task.containers):
        yield Refusal(f"{needed} ECR images.", quoted=True)
    if any(container.log_driver == "awslogs" for container in task.containers):
        yield Refusal(f"{needed} log driver awslogs.", quoted=True)
    if any(container.secrets for container in task.containers):
        text = (
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
        )
        yield Refusal(text, quoted=True)
    if any(
        container.get("repositoryCredentials")
        for container in fields.objects(raw, "containerDefinitions", "task")
    ):
        yield Refusal(
            "Private repository authentication requires that the task definition specify a value for "
            "executionRoleArn.",
            quoted=True,
        )


def wrong_volumes(raw: Raw, task: Task) -> Iterator[Refusal]:
    """Every mount names a volume of the task, every volumesFrom a container."""
    names = {container.name for container in task.containers}
    for volume in task.volumes:
        if not _NAME.fullmatch(volume):
            yield Refusal(f"{volume!r:.60} is no name for a volume", hint=_NAME_HINT)
    for volume in sorted({volume for volume in task.volumes if task.volumes.count(volume) > 1}):
        yield Refusal(f"two volumes are called {volume}")
    for container in task.containers:
        for mount in container.mounts:
            if mount.volume not in task.volumes:
                yield Refusal(f"there is no volume {mount.volume}", container=container.name)
        for source, _read_only in container.volumes_from:
            if source not in names or source == container.name:
                yield Refusal(f"volumesFrom names no other container: {source}", container=container.name)
        paths = [mount.path for mount in container.mounts]
        for path in sorted({path for path in paths if paths.count(path) > 1}):
            yield Refusal(f"two volumes are mounted at {path}", container=container.name)


def wrong_times(raw: Raw, task: Task) -> Iterator[Refusal]:
    """Periods and counts within the ranges of the API reference."""
    for container in task.containers:
        raw_one = next(
            one
            for one in fields.objects(raw, "containerDefinitions", "task")
            if one["name"] == container.name
        )
        ranges = [
            ("startTimeout", raw_one.get("startTimeout"), 2, 120),
            ("stopTimeout", raw_one.get("stopTimeout"), 2, 120),
        ]
        if check := container.health_check:
            ranges += [
                ("healthCheck.interval", check.interval, 5, 300),
                ("healthCheck.timeout", check.timeout, 2, 60),
                ("healthCheck.retries", check.retries, 1, 10),
                ("healthCheck.startPeriod", check.start_period, 0, 300),
            ]
        if policy := container.restart_policy:
            ranges += [
                ("restartPolicy.restartAttemptPeriod", policy.attempt_period, 60, 1800),
                ("number of restartPolicy.ignoredExitCodes", len(policy.ignored_exit_codes), 0, 50),
            ]
        for what, value, least, most in ranges:
            if value is not None and not least <= value <= most:
                yield Refusal(f"{what} is {value}, not within {least} to {most}", container=container.name)


def _unsupported(what: str, *, quoted: bool, container: str = "", hint: str = "") -> Refusal:
    """The sentence ECS has for a field that Fargate does not know."""
    return Refusal(f"Fargate compatible task definitions do not support {what}", quoted, container, hint)


def _few(values: Iterable[int]) -> str:
    """A table's values, shortened in the middle."""
    items = [str(value) for value in values]
    return ", ".join(items) if len(items) <= 8 else f"{items[0]}, {items[1]} … {items[-1]}"


RULES: tuple[_Rule, ...] = (
    wrong_size,
    wrong_launch_type,
    wrong_network,
    unsupported_task_fields,
    unsupported_container_fields,
    wrong_containers,
    cannot_be_ordered,
    missing_execution_role,
    wrong_volumes,
    wrong_times,
)
"""Every rule, in the order in which objections are listed."""
