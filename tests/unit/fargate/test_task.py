import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.errors import InvalidInput, OutriderError, UsageError
from outrider.fargate.differences import cannot_run, differences
from outrider.fargate.rules import check
from outrider.fargate.task import Condition, Mount, definition, hurried, parse

from .definitions import after, container, task, taskdef


def test_everything_a_run_needs_is_read() -> None:
    found = task(
        container(
            "web",
            essential=False,
            entryPoint=["/entry"],
            command=["a", ""],
            environment=[{"name": "EMPTY", "value": ""}],
            secrets=[{"name": "PASSWORD", "valueFrom": "arn:x"}],
            user="app:1000",
            workingDirectory="/srv",
            mountPoints=[{"sourceVolume": "v", "containerPath": "/data", "readOnly": True}],
            dependsOn=after("db", "HEALTHY"),
            healthCheck={"command": ["CMD", "/check", "me"], "interval": 5},
            restartPolicy={"enabled": True, "ignoredExitCodes": [0], "restartAttemptPeriod": 60},
            startTimeout=10,
            stopTimeout=5,
            readonlyRootFilesystem=True,
            linuxParameters={
                "initProcessEnabled": True,
                "capabilities": {"add": ["SYS_PTRACE"], "drop": ["NET_RAW"]},
                "tmpfs": [{"containerPath": "/run", "size": 8}],
            },
            ulimits=[{"name": "nofile", "softLimit": 10, "hardLimit": 20}],
            dockerLabels={"a": "b"},
        ),
        container("db", healthCheck={"command": ["CMD-SHELL", "true && true"]}),
        volumes=[{"name": "v"}],
    )
    web = found.container("web")
    assert web.entry_point == ("/entry",)
    assert web.command == ("a", "")
    assert web.environment == (("EMPTY", ""),)
    assert web.secrets == ("PASSWORD",)
    assert web.mounts == (Mount("v", "/data", read_only=True),)
    assert web.depends_on[0].condition is Condition.HEALTHY
    assert web.health_check is not None
    assert web.health_check.argv == ("/check", "me")
    assert web.restart_policy is not None
    assert web.restart_policy.ignored_exit_codes == {0}
    assert (web.start_timeout, web.stop_timeout) == (10, 5)
    assert web.init
    assert web.read_only_root
    assert web.tmpfs[0].path == "/run"
    assert found.container("db").health_check.argv == ("/bin/sh", "-c", "true && true")  # type: ignore[union-attr]
    assert found.volumes == ("v",)


def test_an_empty_entry_point_is_unset_and_defaults_are_those_of_fargate() -> None:
    only = task(container(entryPoint=[], restartPolicy={"enabled": False})).containers[0]
    assert only.entry_point == ()
    assert only.essential
    assert only.restart_policy is None
    assert (only.start_timeout, only.stop_timeout) == (180, 30)


def test_the_output_of_describe_is_read_too() -> None:
    assert parse({"taskDefinition": taskdef(revision=7, status="ACTIVE"), "tags": []}).revision == 7


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ([], InvalidInput),
        ({}, InvalidInput),
        ({"taskDefinition": 1}, InvalidInput),
        ({"AWSTemplateFormatVersion": "2010-09-09"}, UsageError),
        ({"Resources": {}}, UsageError),
        ({"ContainerDefinitions": []}, UsageError),
        (taskdef(container(command="sh")), InvalidInput),
        (taskdef(container(essential="true")), InvalidInput),
        (taskdef(container(dependsOn=after("web", "READY"))), InvalidInput),
        (taskdef(container(healthCheck={"command": ["curl"]})), InvalidInput),
        (taskdef({"image": "a"}), InvalidInput),
        (taskdef(family=3), InvalidInput),
    ],
)
def test_what_is_no_task_definition_is_named(document: object, error: type[OutriderError]) -> None:
    with pytest.raises(error):
        parse(document)


def test_mounts_are_taken_over_from_other_containers() -> None:
    found = task(
        container("a", mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}]),
        container("b", volumesFrom=[{"sourceContainer": "a", "readOnly": True}]),
        volumes=[{"name": "v"}],
    )
    assert found.mounts_of("b") == (Mount("v", "/v", read_only=True),)


def test_hurrying_shortens_pauses_and_no_time_outs() -> None:
    slow = task(
        container(
            healthCheck={"command": ["CMD", "/c"], "interval": 30, "timeout": 5, "startPeriod": 10},
            restartPolicy={"enabled": True},
            startTimeout=20,
        )
    )
    fast = hurried(slow, 10).containers[0]
    assert fast.health_check is not None
    assert (fast.health_check.interval, fast.health_check.start_period, fast.health_check.timeout) == (
        3,
        1,
        5,
    )
    assert fast.restart_policy is not None
    assert fast.restart_policy.attempt_period == 30
    assert (fast.start_timeout, fast.stop_timeout) == (20, 30)


def test_what_has_no_effect_here_is_said() -> None:
    document = taskdef(
        container(
            secrets=[{"name": "PASSWORD", "valueFrom": "arn:x"}],
            cpu=10,
            logConfiguration={"logDriver": "awslogs"},
        ),
        executionRoleArn="arn:r",
        proxyConfiguration={"type": "APPMESH"},
    )
    subjects = [one.subject for one in differences(document, parse(document))]
    assert "proxyConfiguration" in subjects
    assert "container web: secret PASSWORD" in subjects
    assert "container web: cpu" in subjects
    assert "container web: log driver awslogs" in subjects


@pytest.mark.parametrize(
    "changes",
    [
        {"volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]},
        {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}},
        {"pidMode": "task"},
    ],
)
def test_what_cannot_be_run_here_at_all_is_said(changes: dict[str, object]) -> None:
    document = taskdef(**changes)
    assert cannot_run(document, parse(document))
    assert not cannot_run(taskdef(), task())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
_WORDS = """
name image essential entryPoint command environment secrets user workingDirectory mountPoints volumesFrom
dependsOn healthCheck restartPolicy startTimeout stopTimeout readonlyRootFilesystem linuxParameters ulimits
dockerLabels logConfiguration cpu memory portMappings links hostname privileged resourceRequirements
repositoryCredentials systemControls family networkMode volumes ipcMode pidMode runtimePlatform taskRoleArn
placementConstraints requiresCompatibilities revision containerDefinitions host sourcePath capabilities add
condition containerName containerPath sourceVolume
"""
_KEYS = sorted(_WORDS.split())
_ODD = st.dictionaries(
    st.sampled_from(_KEYS), _JSON | st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=4)
)


@settings(max_examples=150, deadline=None)
@given(_ODD, st.lists(_ODD, max_size=3))
def test_only_errors_of_ours_come_out_of_any_document(
    top: dict[str, object], inner: list[dict[str, object]]
) -> None:
    sound = [container(f"c{number}") | odd for number, odd in enumerate(inner)]
    for document in (
        top,
        {**top, "containerDefinitions": inner},
        {**taskdef(*sound), **top},
        taskdef(*sound),
    ):
        try:
            found = check(document)
            raw = definition(document)
            cannot_run(raw, found)
            differences(raw, found)
        except OutriderError:
            continue
        json.dumps(found.family)
