from typing import Any

import pytest

from outrider.errors import ExitStatus, RefusedDefinition
from outrider.fargate.dependencies import find_cycle
from outrider.fargate.rules import RULES, check, refusals
from outrider.fargate.task import parse

from .definitions import after, container, task, taskdef

HEALTHY = {"healthCheck": {"command": ["CMD", "/c"]}}

AWSVPC = "ClientException: Fargate only supports network mode ‘awsvpc’."  # noqa: RUF001

REFUSED: list[tuple[dict[str, Any], str]] = [
    (taskdef(cpu=None), "ClientException: Fargate requires that 'cpu' be defined at the task level."),
    (taskdef(memory=""), "ClientException: Fargate requires that 'memory' be defined at the task level."),
    (taskdef(cpu="much"), "ClientException: Invalid 'cpu' setting for task."),
    (taskdef(memory="4096"), "ClientException: No Fargate configuration exists for given values."),
    (taskdef(cpu="300"), "ClientException: No Fargate configuration exists for given values."),
    (
        taskdef(requiresCompatibilities=["EC2"]),
        "ClientException: Task definition does not support launch_type FARGATE.",
    ),
    (taskdef(networkMode="bridge"), AWSVPC),
    (taskdef(networkMode=None), AWSVPC),
    (
        taskdef(container(links=["db"])),
        "ClientException: Links are not supported when networkMode=awsvpc. (container web)",
    ),
    (
        taskdef(container(portMappings=[{"containerPort": 80, "hostPort": 8080}])),
        "ClientException: When networkMode=awsvpc, the host ports and container ports in port"
        " mappings must match."
        " (container web)",
    ),
    (taskdef(ipcMode="host"), "ClientException: Tasks using the Fargate launch type do not support ipcMode."),
    (taskdef(pidMode="host"), "On Fargate the only pidMode is task"),
    (
        taskdef(volumes=[{"name": "v", "host": {"sourcePath": "/etc"}}]),
        "ClientException: Fargate compatible task definitions do not support sourcePath",
    ),
    (
        taskdef(volumes=[{"name": "v", "dockerVolumeConfiguration": {"scope": "task"}}]),
        "ClientException: Fargate compatible task definitions do not support dockerVolumeConfiguration",
    ),
    (
        taskdef(placementConstraints=[{"type": "memberOf"}]),
        "ClientException: Fargate compatible task definitions do not support constraints",
    ),
    (
        taskdef(container(linuxParameters={"capabilities": {"add": ["NET_ADMIN"]}})),
        "Tasks launched on Fargate only support adding the SYS_PTRACE kernel capability, not NET_ADMIN"
        " (container web)",
    ),
    (
        taskdef(container(logConfiguration={"logDriver": "json-file"})),
        "log driver json-file is not supported on Fargate; it has awslogs, splunk, awsfirelens"
        " (container web)",
    ),
    (taskdef(*(container(f"c{n}") for n in range(11))), "ClientException: Too many containers."),
    (taskdef(container("a"), container("a")), "two containers are called a"),
    (taskdef(container("../a")), "'../a' is no name for a container"),
    (taskdef(container(essential=False)), "All tasks must have at least one essential container"),
    (
        taskdef(container(memory=600)),
        "ClientException: The 'memory' setting for container 'web' is greater than for the task.",
    ),
    (
        taskdef(container("a", cpu=200), container("b", cpu=57)),
        "ClientException: The sum of all container 'cpu' values cannot be greater than the"
        " value of the task 'cpu'.",
    ),
    (
        taskdef(container(dependsOn=after("ghost"))),
        "ClientException: Cannot depend on container + 'ghost' because it does not exist (container web)",
    ),
    (
        taskdef(container(dependsOn=after("db", "SUCCESS")), container("db")),
        "ClientException: A dependency container with SUCCESS or COMPLETE condition cannot"
        " be an essential container"
        " (container db)",
    ),
    (
        taskdef(container(dependsOn=after("db", "HEALTHY")), container("db")),
        "condition HEALTHY requires that the dependent container has a health check configured"
        " (container db)",
    ),
    (taskdef(container("a", dependsOn=after("a"))), "dependsOn goes in a circle: a → a"),
    (
        taskdef(container(image="1.dkr.ecr.eu-west-1.amazonaws.com/a:1")),
        "ClientException: Fargate requires task definition to have execution role ARN to support ECR images.",
    ),
    (
        taskdef(container(logConfiguration={"logDriver": "awslogs"})),
        "ClientException: Fargate requires task definition to have execution role ARN to support"
        " log driver awslogs.",
    ),
    (
        taskdef(container(secrets=[{"name": "A", "valueFrom": "x"}])),
        "ClientException: When you are specifying container secrets, you must also specify a value for"
        " 'executionRoleArn'.",
    ),
    (
        taskdef(container(repositoryCredentials={"credentialsParameter": "x"})),
        "ClientException: Private repository authentication requires that the task definition"
        " specify a value for"
        " executionRoleArn.",
    ),
    (
        taskdef(container(mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}])),
        "there is no volume v (container web)",
    ),
    (taskdef(volumes=[{"name": "../../etc"}]), "'../../etc' is no name for a volume"),
    (taskdef(volumes=[{"name": "v"}, {"name": "v"}]), "two volumes are called v"),
    (
        taskdef(container(volumesFrom=[{"sourceContainer": "web"}])),
        "volumesFrom names no other container: web (container web)",
    ),
    (
        taskdef(
            container(
                mountPoints=[
                    {"sourceVolume": "v", "containerPath": "/v"},
                    {"sourceVolume": "w", "containerPath": "/v"},
                ]
            ),
            volumes=[{"name": "v"}, {"name": "w"}],
        ),
        "two volumes are mounted at /v (container web)",
    ),
    (taskdef(container(stopTimeout=121)), "stopTimeout is 121, not within 2 to 120 (container web)"),
    (taskdef(container(startTimeout=1)), "startTimeout is 1, not within 2 to 120 (container web)"),
    (
        taskdef(container(healthCheck={"command": ["CMD", "/c"], "interval": 1})),
        "healthCheck.interval is 1, not within 5 to 300 (container web)",
    ),
    (
        taskdef(container(restartPolicy={"enabled": True, "restartAttemptPeriod": 10})),
        "restartPolicy.restartAttemptPeriod is 10, not within 60 to 1800 (container web)",
    ),
    *(
        (
            taskdef(container(**{key: value})),
            f"{said}Fargate compatible task definitions do not support {key} (container web)",
        )
        for key, value, said in (
            ("privileged", True, ""),
            ("disableNetworking", True, ""),
            ("dnsServers", ["1.1.1.1"], ""),
            ("extraHosts", [{"hostname": "a", "ipAddress": "1.1.1.1"}], ""),
            ("dockerSecurityOptions", ["no-new-privileges"], "ClientException: "),
        )
    ),
    *(
        (
            taskdef(container(linuxParameters={key: value})),
            f"{said}Fargate compatible task definitions do not support {key} (container web)",
        )
        for key, value, said in (
            ("devices", [{"hostPath": "/dev/kvm"}], "ClientException: "),
            ("sharedMemorySize", 64, "ClientException: "),
            ("swappiness", 0, ""),
        )
    ),
]


@pytest.mark.parametrize(
    ("document", "words"), REFUSED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_fargate_refuses_is_refused_in_its_words(document: dict[str, Any], words: str) -> None:
    assert words in [str(refusal) for refusal in refusals(document, parse(document))]
    with pytest.raises(RefusedDefinition) as caught:
        check(document)
    assert words in str(caught.value)
    assert caught.value.exit_status is ExitStatus.POLICY


@pytest.mark.parametrize(
    "document",
    [
        taskdef(),
        taskdef(requiresCompatibilities=[]),
        taskdef(cpu="1 vCPU", memory="2 GB"),
        taskdef(cpu=".25 vCPU", memory="0.5GB"),
        taskdef(cpu="16384", memory="122880"),
        taskdef(pidMode="task"),
        taskdef(container(portMappings=[{"containerPort": 80}, {"containerPort": 81, "hostPort": 81}])),
        taskdef(container(linuxParameters={"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}})),
        taskdef(container(linuxParameters={"tmpfs": [{"containerPath": "/run", "size": 8}]})),
        taskdef(container(dependsOn=after("init", "SUCCESS")), container("init", essential=False)),
        taskdef(container(dependsOn=after("db", "HEALTHY")), container("db", **HEALTHY)),
        taskdef(*(container(f"c{n}") for n in range(10))),
        taskdef(container(privileged=False, links=[], dnsServers=None)),
        taskdef(container(logConfiguration={"logDriver": "awsfirelens"})),
    ],
)
def test_what_fargate_takes_is_taken(document: dict[str, Any]) -> None:
    assert [str(refusal) for refusal in refusals(document, parse(document))] == []
    assert check(document).family == "shop"


def test_all_objections_come_at_once_with_a_hint() -> None:
    with pytest.raises(RefusedDefinition) as caught:
        check(taskdef(container(privileged=True), networkMode="host", memory="4096"))
    assert len(caught.value.message.splitlines()) == 4
    assert "cpu 256 goes with memory 512, 1024, 2048 MiB" in caught.value.hint


def test_every_rule_is_registered_and_every_rule_refuses_something() -> None:
    for rule in RULES:
        assert any(list(rule(document, parse(document))) for document, _ in REFUSED), rule.__name__


def test_a_longer_circle_is_shown_whole() -> None:
    found = find_cycle(
        task(
            container("a", dependsOn=after("b")),
            container("b", dependsOn=after("c")),
            container("c", dependsOn=after("a")),
            container("d", dependsOn=after("a")),
        )
    )
    assert len(found) == 4
    assert found[0] == found[-1]
    assert set(found) == {"a", "b", "c"}
