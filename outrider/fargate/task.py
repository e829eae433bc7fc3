"""A task definition as a frozen value: what is needed to run it, and nothing that is only passed through.

Field meanings and defaults: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from outrider.errors import InvalidInput, UsageError
from outrider.fargate import fields
from outrider.fargate.fields import Raw

START_TIMEOUT = 180
"""Seconds a dependency may take when it names no startTimeout (what Fargate waits)."""

STOP_TIMEOUT = 30
"""Seconds between the stop signal and SIGKILL when a container names no stopTimeout (Fargate's default)."""


class Condition(StrEnum):
    """What a container waits for in another."""

    START = "START"
    COMPLETE = "COMPLETE"
    SUCCESS = "SUCCESS"
    HEALTHY = "HEALTHY"


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of `dependsOn`."""

    container: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A container's health check; times in seconds."""

    argv: tuple[str, ...]
    """What to execute in the container; `CMD-SHELL` is already `/bin/sh -c`."""
    interval: float = 30
    timeout: float = 5
    retries: int = 3
    start_period: float = 0


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """An enabled restart policy."""

    ignored_exit_codes: frozenset[int] = frozenset()
    attempt_period: float = 300
    """Seconds a container must have run before it is started again."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume of the task at a path of a container."""

    volume: str
    path: str
    read_only: bool


@dataclass(frozen=True, slots=True)
class Tmpfs:
    """A tmpfs mount (on Fargate since January 2026)."""

    path: str
    size_mib: int
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ulimit:
    """A resource limit, in the kernel's units."""

    name: str
    soft: int
    hard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container definition."""

    name: str
    image: str
    essential: bool = True
    entry_point: tuple[str, ...] = ()
    """Empty: the image's own (an empty list in the definition counts as unset)."""
    command: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    """Names of environment variables whose value lives in Secrets Manager or Parameter Store."""
    user: str = ""
    working_directory: str = ""
    mounts: tuple[Mount, ...] = ()
    volumes_from: tuple[tuple[str, bool], ...] = ()
    """Names of containers whose mounts are taken over, and whether read-only."""
    tmpfs: tuple[Tmpfs, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    health_check: HealthCheck | None = None
    restart_policy: RestartPolicy | None = None
    start_timeout: int = START_TIMEOUT
    stop_timeout: int = STOP_TIMEOUT
    read_only_root: bool = False
    init: bool = False
    capabilities_added: tuple[str, ...] = ()
    capabilities_dropped: tuple[str, ...] = ()
    ulimits: tuple[Ulimit, ...] = ()
    system_controls: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    terminal: bool = False
    log_driver: str = ""
    cpu: int = 0
    memory: int = 0
    """MiB; 0 when not limited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task definition of one or more containers, in the order of the definition."""

    family: str
    revision: int
    containers: tuple[Container, ...]
    volumes: tuple[str, ...] = ()
    cpu: str = ""
    memory: str = ""
    task_role: str = ""
    execution_role: str = ""
    pid_mode: str = ""
    architecture: str = "X86_64"

    def container(self, name: str) -> Container:
        """The container of that name. Raises KeyError."""
        for container in self.containers:
            if container.name == name:
                return container
        raise KeyError(name)

    def mounts_of(self, name: str) -> tuple[Mount, ...]:
        """A container's own mounts and those it takes over by `volumesFrom`, one level deep as in Docker."""
        container = self.container(name)
        taken = [
            Mount(mount.volume, mount.path, mount.read_only or read_only)
            for source, read_only in container.volumes_from
            for mount in self.container(source).mounts
        ]
        own = {mount.path for mount in container.mounts}
        return container.mounts + tuple(mount for mount in taken if mount.path not in own)


def hurried(task: Task, factor: float) -> Task:
    """The task with its pauses divided by `factor`: between health checks, start periods, before a restart.

    Time-outs stay, so that nothing fails for being hurried.
    """
    return replace(task, containers=tuple(_hurried(container, factor) for container in task.containers))


def _hurried(container: Container, factor: float) -> Container:
    """One container with its pauses shortened."""
    check, policy = container.health_check, container.restart_policy
    if check:
        check = replace(check, interval=check.interval / factor, start_period=check.start_period / factor)
    if policy:
        policy = replace(policy, attempt_period=policy.attempt_period / factor)
    return replace(container, health_check=check, restart_policy=policy)


def definition(document: object) -> Raw:
    """The definition inside a document: as registered, or wrapped as `describe-task-definition` prints it.

    Raises InvalidInput when it is none, UsageError when it is a form that is not read yet.
    """
    if not isinstance(document, dict):
        raise InvalidInput("the task definition is not a JSON object")
    if {"Resources", "AWSTemplateFormatVersion", "ContainerDefinitions"} & document.keys():
        raise UsageError(
            "CloudFormation templates are not read yet",
            hint="give the task definition as the API has it: aws ecs describe-task-definition.",
        )
    inner = document.get("taskDefinition", document)
    if not isinstance(inner, dict) or "containerDefinitions" not in inner:
        raise InvalidInput(
            "the task definition has no containerDefinitions",
            hint="expected the input of register-task-definition or the output of describe-task-definition.",
        )
    return inner


def parse(document: object) -> Task:
    """Read a task definition. Raises InvalidInput for a field of the wrong form; what Fargate thinks of the
    values is for `rules` to say.
    """
    raw = definition(document)
    containers = tuple(_container(item) for item in fields.objects(raw, "containerDefinitions", "task"))
    return Task(
        family=fields.text(raw, "family", "task"),
        revision=fields.number(raw, "revision", "task", 1),
        containers=containers,
        volumes=tuple(fields.text(v, "name", "volumes") for v in fields.objects(raw, "volumes", "task")),
        cpu=_size(raw, "cpu"),
        memory=_size(raw, "memory"),
        task_role=fields.text(raw, "taskRoleArn", "task", ""),
        execution_role=fields.text(raw, "executionRoleArn", "task", ""),
        pid_mode=fields.text(raw, "pidMode", "task", ""),
        architecture=fields.text(
            fields.obj(raw, "runtimePlatform", "task"), "cpuArchitecture", "runtimePlatform", "X86_64"
        ),
    )


def _size(raw: Raw, key: str) -> str:
    """Task `cpu` and `memory`: a string in the API, often a number in hand-written files."""
    value = raw.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return fields.text(raw, key, "task", "")


def _container(raw: Raw) -> Container:
    """One container definition."""
    name = fields.text(raw, "name", "containerDefinitions")
    linux = fields.obj(raw, "linuxParameters", name)
    capabilities = fields.obj(linux, "capabilities", name)
    return Container(
        name=name,
        image=fields.text(raw, "image", name),
        essential=fields.flag(raw, "essential", name, default=True),
        entry_point=fields.texts(raw, "entryPoint", name),
        command=fields.texts(raw, "command", name),
        environment=fields.pairs(raw, "environment", name),
        secrets=tuple(fields.text(s, "name", name) for s in fields.objects(raw, "secrets", name)),
        user=fields.text(raw, "user", name, ""),
        working_directory=fields.text(raw, "workingDirectory", name, ""),
        mounts=tuple(_mount(item, name) for item in fields.objects(raw, "mountPoints", name)),
        volumes_from=tuple(
            (fields.text(item, "sourceContainer", name), fields.flag(item, "readOnly", name))
            for item in fields.objects(raw, "volumesFrom", name)
        ),
        tmpfs=tuple(_tmpfs(item, name) for item in fields.objects(linux, "tmpfs", name)),
        depends_on=tuple(_dependency(item, name) for item in fields.objects(raw, "dependsOn", name)),
        health_check=_health_check(fields.obj(raw, "healthCheck", name), name),
        restart_policy=_restart_policy(fields.obj(raw, "restartPolicy", name), name),
        start_timeout=fields.number(raw, "startTimeout", name, START_TIMEOUT),
        stop_timeout=fields.number(raw, "stopTimeout", name, STOP_TIMEOUT),
        read_only_root=fields.flag(raw, "readonlyRootFilesystem", name),
        init=fields.flag(linux, "initProcessEnabled", name),
        capabilities_added=fields.texts(capabilities, "add", name),
        capabilities_dropped=fields.texts(capabilities, "drop", name),
        ulimits=tuple(_ulimit(item, name) for item in fields.objects(raw, "ulimits", name)),
        system_controls=tuple(
            (fields.text(item, "namespace", name), fields.text(item, "value", name))
            for item in fields.objects(raw, "systemControls", name)
        ),
        labels=_labels(raw, name),
        terminal=fields.flag(raw, "pseudoTerminal", name),
        log_driver=fields.text(fields.obj(raw, "logConfiguration", name), "logDriver", name, ""),
        cpu=fields.number(raw, "cpu", name, 0),
        memory=fields.number(raw, "memory", name, 0),
    )


def _labels(raw: Raw, name: str) -> tuple[tuple[str, str], ...]:
    """`dockerLabels`, in order."""
    labels = fields.obj(raw, "dockerLabels", name)
    return tuple((key, fields.text(labels, key, name)) for key in labels)


def _mount(raw: Raw, name: str) -> Mount:
    """One entry of `mountPoints`."""
    return Mount(
        fields.text(raw, "sourceVolume", name),
        fields.text(raw, "containerPath", name),
        fields.flag(raw, "readOnly", name),
    )


def _tmpfs(raw: Raw, name: str) -> Tmpfs:
    """One entry of `linuxParameters.tmpfs`."""
    return Tmpfs(
        fields.text(raw, "containerPath", name),
        fields.number(raw, "size", name),
        fields.texts(raw, "mountOptions", name),
    )


def _dependency(raw: Raw, name: str) -> Dependency:
    """One entry of `dependsOn`."""
    condition = fields.text(raw, "condition", name)
    if condition not in Condition.__members__:
        wanted = ", ".join(Condition)
        raise InvalidInput(f"{name}.dependsOn.condition: {condition!r:.60} is not one of {wanted}")
    return Dependency(fields.text(raw, "containerName", name), Condition(condition))


def _health_check(raw: Raw, name: str) -> HealthCheck | None:
    """A health check; `["NONE"]` and none at all are the same."""
    command = fields.texts(raw, "command", f"{name}.healthCheck")
    if not command or command == ("NONE",):
        return None
    head, *rest = command
    if head == "CMD-SHELL" and len(rest) == 1:
        argv: tuple[str, ...] = ("/bin/sh", "-c", rest[0])
    elif head == "CMD" and rest:
        argv = tuple(rest)
    else:
        raise InvalidInput(
            f"{name}.healthCheck.command must start with CMD or CMD-SHELL",
            hint='as in ["CMD-SHELL", "curl -f http://localhost/ || exit 1"].',
        )
    return HealthCheck(
        argv,
        interval=fields.number(raw, "interval", name, 30),
        timeout=fields.number(raw, "timeout", name, 5),
        retries=fields.number(raw, "retries", name, 3),
        start_period=fields.number(raw, "startPeriod", name, 0),
    )


def _restart_policy(raw: Raw, name: str) -> RestartPolicy | None:
    """A restart policy, when it is enabled."""
    if not fields.flag(raw, "enabled", name):
        return None
    return RestartPolicy(
        frozenset(fields.numbers(raw, "ignoredExitCodes", name)),
        fields.number(raw, "restartAttemptPeriod", name, 300),
    )


def _ulimit(raw: Raw, name: str) -> Ulimit:
    """One entry of `ulimits`."""
    return Ulimit(
        fields.text(raw, "name", name),
        fields.number(raw, "softLimit", name),
        fields.number(raw, "hardLimit", name),
    )
