"""The ways a task definition comes into an app: each is protected as `outrider patch` would."""

import copy
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import cloudformation_include as include

from outrider.inject import names

from .apps import TASK, Made, api_form, app_with, expected, fargate, made, plain, protect, without

IMAGE = ecs.ContainerImage.from_registry("nginx:1.25")


def l1(stack: cdk.Stack) -> None:
    ecs.CfnTaskDefinition(
        stack,
        "Task",
        cpu="256",
        memory="512",
        family="shop",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        runtime_platform=ecs.CfnTaskDefinition.RuntimePlatformProperty(cpu_architecture="ARM64"),
        volumes=[ecs.CfnTaskDefinition.VolumeProperty(name="data")],
        container_definitions=[
            ecs.CfnTaskDefinition.ContainerDefinitionProperty(
                name="web",
                image="nginx:1.25",
                command=["nginx"],
                docker_labels={"Team-Name": "Shop", "x": ""},
                environment=[ecs.CfnTaskDefinition.KeyValuePairProperty(name="EMPTY", value="")],
                mount_points=[
                    ecs.CfnTaskDefinition.MountPointProperty(source_volume="data", container_path="/data")
                ],
            ),
            ecs.CfnTaskDefinition.ContainerDefinitionProperty(
                name="side", image="x:1", entry_point=["/side"], essential=False
            ),
        ],
    )


def l2(stack: cdk.Stack) -> None:
    group = logs.LogGroup(stack, "Logs")
    definition = fargate(
        stack,
        logging=ecs.LogDriver.aws_logs(stream_prefix="web", log_group=group),
        environment={"BUCKET": s3.Bucket(stack, "Bucket").bucket_name, "EMPTY": ""},
        secrets={"DB": ecs.Secret.from_secrets_manager(secretsmanager.Secret(stack, "Secret"))},
        port_mappings=[ecs.PortMapping(container_port=80)],
        readonly_root_filesystem=True,
        health_check=ecs.HealthCheck(command=["CMD-SHELL", "true"]),
        docker_labels={"Team-Name": "Shop"},
    )
    definition.add_volume(name="data")


def balanced(stack: cdk.Stack) -> None:
    patterns.ApplicationLoadBalancedFargateService(
        stack,
        "Service",
        vpc=ec2.Vpc(stack, "Vpc", max_azs=2),
        task_image_options=patterns.ApplicationLoadBalancedTaskImageOptions(image=IMAGE),
    )


def scheduled(stack: cdk.Stack) -> None:
    patterns.ScheduledFargateTask(
        stack,
        "Nightly",
        vpc=ec2.Vpc(stack, "Vpc", max_azs=2),
        schedule=scaling.Schedule.expression("rate(1 day)"),
        scheduled_fargate_task_image_options=patterns.ScheduledFargateTaskImageOptions(
            image=IMAGE, command=["nginx", "-t"]
        ),
    )


def overridden(stack: cdk.Stack) -> None:
    definition = fargate(stack)
    definition.add_container("side", image=IMAGE, entry_point=["/side"], essential=False)
    node = definition.node.default_child
    assert isinstance(node, ecs.CfnTaskDefinition)
    node.add_property_override("ContainerDefinitions.1.Cpu", 64)
    node.add_property_override("ContainerDefinitions.0.StopTimeout", 30)


def replaced_list(stack: cdk.Stack) -> None:
    """Conditions and functions where the API has lists and text."""
    parameter = cdk.CfnParameter(stack, "Words", type="CommaDelimitedList", default="a,b")
    tag = cdk.CfnParameter(stack, "Family", default="shop")
    ecs.CfnTaskDefinition(
        stack,
        "Task",
        cpu="256",
        memory="512",
        family=tag.value_as_string,
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        container_definitions=[
            ecs.CfnTaskDefinition.ContainerDefinitionProperty(
                name="web", image="nginx:1.25", entry_point=["/web"], command=parameter.value_as_list
            )
        ],
    )


@functools.cache
def both(build: Callable[[cdk.Stack], None]) -> tuple[Made, Made]:
    return without(build), app_with(build)


SHAPES: list[Callable[[cdk.Stack], None]] = [l1, l2, balanced, scheduled, overridden, replaced_list]


@pytest.mark.parametrize("build", SHAPES, ids=lambda build: build.__name__)
def test_the_template_is_what_patch_gives_for_the_same_definition(
    build: Callable[[cdk.Stack], None],
) -> None:
    before, after = both(build)
    assert after.texts("error") == []
    wanted = expected(_with_list_for_function(before.task()))
    got = plain(api_form(_with_list_for_function(after.task())))
    assert [c["name"] for c in got["containerDefinitions"]][-2:] == list(names.CONTAINERS)
    for container, same in zip(got["containerDefinitions"], wanted["containerDefinitions"], strict=True):
        assert container == same
    assert got == wanted


@pytest.mark.parametrize("build", SHAPES, ids=lambda build: build.__name__)
def test_nothing_but_the_task_definition_changes(build: Callable[[cdk.Stack], None]) -> None:
    before, after = (copy.deepcopy(made.template) for made in both(build))
    for template in (before, after):
        for resource in template["Resources"].values():
            if resource["Type"] == TASK:
                del resource["Properties"]["ContainerDefinitions"]
                resource["Properties"].pop("Volumes", None)
    assert before == after


def _with_list_for_function(task: dict[str, Any]) -> dict[str, Any]:
    """A command that is a function, as the list of one word that stands for it."""
    containers = []
    for container in task["ContainerDefinitions"]:
        command = container.get("Command")
        containers.append({**container, "Command": [command]} if isinstance(command, dict) else container)
    return {**task, "ContainerDefinitions": containers}


def test_a_container_added_after_the_aspect_is_protected_too() -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "S")
    definition = fargate(stack)
    cdk.Aspects.of(app).add(protect())
    definition.add_container("late", image=IMAGE, entry_point=["/late"])
    result = made(app)
    assert result.containers() == ["web", "late", *names.CONTAINERS]
    assert result.task()["ContainerDefinitions"][1]["EntryPoint"][0] == names.LAUNCHER


TEMPLATE = """
Parameters:
  Size: {Type: String, Default: "512"}
Conditions:
  Big: !Equals [!Ref Size, "1024"]
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: shop
      Cpu: "256"
      Memory: !Ref Size
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions:
        - Name: web
          Image: !Sub "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/web:1"
          EntryPoint: [/web]
          DockerLabels: {Team-Name: Shop, owner: !Ref AWS::StackName}
          LogConfiguration:
            LogDriver: awslogs
            Options: {awslogs-group: shop, awslogs-region: !Ref AWS::Region, awslogs-stream-prefix: web}
          Environment:
            - {Name: QUEUE, Value: !GetAtt Queue.Arn}
            - !If [Big, {Name: BIG, Value: "1"}, !Ref AWS::NoValue]
"""


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_a_template_included_as_it_is(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"template.{kind}"

    def build(stack: cdk.Stack) -> None:
        include.CfnInclude(stack, "Included", template_file=str(path))

    path.write_text(TEMPLATE)
    if kind == "json":
        as_json = without(_including(_renamed(path, "first.yaml"))).template
        path.write_text(json.dumps({**as_json, "Parameters": {"Size": {"Type": "String"}}, "Rules": {}}))
    before, after = without(build), app_with(build)
    assert after.texts("error") == []
    assert plain(api_form(after.task())) == expected(before.task())
    web = after.task()["ContainerDefinitions"][0]
    assert web["DockerLabels"]["owner"] == {"Ref": "AWS::StackName"}
    assert web["Environment"] == before.task()["ContainerDefinitions"][0]["Environment"]
    assert "Fn::If" in web["Environment"][1]
    assert after.task()["Memory"] == {"Ref": "Size"}


def _renamed(path: Path, name: str) -> Path:
    return path.rename(path.with_name(name))


def _including(path: Path) -> Callable[[cdk.Stack], None]:
    def build(stack: cdk.Stack) -> None:
        include.CfnInclude(stack, "Included", template_file=str(path))

    return build
