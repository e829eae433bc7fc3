"""Where the Aspect reaches: nested stacks, Stages, other stacks; twice, out again, beside other Aspects."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from outrider.cdk import leave_alone
from outrider.inject import names

from .apps import SIDECAR, TASK, app_with, fargate, made, protect, without
from .test_functions import l1

IMAGE = ecs.ContainerImage.from_registry("nginx:1.25")


def test_a_nested_stack_is_protected_and_its_references_become_parameters() -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "S")
    bucket = s3.Bucket(stack, "Bucket")
    fargate(cdk.NestedStack(stack, "Nested"), environment={"BUCKET": bucket.bucket_name})
    cdk.Aspects.of(app).add(protect())
    assembly = app.synth()
    (path,) = Path(assembly.directory).glob("*.nested.template.json")
    (task,) = [r for r in json.loads(path.read_text())["Resources"].values() if r["Type"] == TASK]
    first = task["Properties"]["ContainerDefinitions"][0]
    assert first["EntryPoint"][0] == names.LAUNCHER
    assert first["Environment"][0]["Value"]["Ref"].startswith("referencetoSBucket")
    assert any(
        "container web: protected" in str(m.entry.data) for m in assembly.get_stack_by_name("S").messages
    )


def test_references_to_another_stack_become_exports() -> None:
    app = cdk.App()
    bucket = s3.Bucket(cdk.Stack(app, "Other"), "Bucket")
    fargate(cdk.Stack(app, "S"), environment={"BUCKET": bucket.bucket_name})
    cdk.Aspects.of(app).add(protect())
    value = made(app).task()["ContainerDefinitions"][0]["Environment"][0]["Value"]
    assert value["Fn::ImportValue"].startswith("Other:ExportsOutput")


@pytest.mark.parametrize("own", [False, True])
def test_a_stage_needs_an_aspect_of_its_own_and_is_told(own: bool) -> None:
    app = cdk.App()
    stage = cdk.Stage(app, "Prod")
    fargate(cdk.Stack(stage, "S"))
    cdk.Aspects.of(app).add(protect())
    if own:
        cdk.Aspects.of(stage).add(protect())
    app.synth()
    told = [entry.data for entry in stage.node.metadata if "does not enter a Stage" in str(entry.data)]
    assert bool(told) is not own
    (artifact,) = stage.synth().stacks
    (task,) = [r["Properties"] for r in artifact.template["Resources"].values() if r["Type"] == TASK]
    assert len(task["ContainerDefinitions"]) == (3 if own else 1)


def test_twice_is_once() -> None:
    once = app_with(fargate)
    app = cdk.App()
    stack = cdk.Stack(app, "S")
    fargate(stack)
    for scope in (app, stack):
        cdk.Aspects.of(scope).add(protect())
    twice = made(app)
    assert twice.template == once.template
    assert twice.said == once.said


def test_a_definition_that_outrider_patch_made_is_brought_up_to_date_not_patched_again() -> None:
    first = app_with(fargate, mode="block").task()

    def build(stack: cdk.Stack) -> None:
        resource: dict[str, Any] = {"Resources": {"Task": {"Type": TASK, "Properties": first}}}
        path = Path(cdk.App().outdir) / "patched.json"
        del resource["Resources"]["Task"]["Properties"]["TaskRoleArn"]
        path.write_text(json.dumps(resource))
        cdk.cloudformation_include.CfnInclude(stack, "Included", template_file=str(path))

    again = app_with(build).task()
    assert len(again["ContainerDefinitions"]) == 3
    assert again["ContainerDefinitions"][0] == first["ContainerDefinitions"][0]
    assert {"Name": "OUTRIDER_MODE", "Value": "alert"} in again["ContainerDefinitions"][-1]["Environment"]


def test_without_the_aspect_the_template_is_byte_for_byte_what_it_was(tmp_path: Path) -> None:
    """Taking it out is all there is to `unpatch`: importing and making it leaves no trace."""

    def text(name: str, with_it: bool) -> bytes:
        app = cdk.App(outdir=str(tmp_path / name))
        stack = cdk.Stack(app, "S")
        fargate(stack)
        l1()(stack)
        aspect = protect()
        if with_it:
            cdk.Aspects.of(app).add(aspect)
        app.synth()
        return (tmp_path / name / "S.template.json").read_bytes()

    never, removed, protected = text("never", False), text("removed", False), text("protected", True)
    assert never == removed != protected


@pytest.mark.parametrize("how", ["tag", "path", "mark"])
def test_what_is_to_be_left_alone(how: str) -> None:
    def build(stack: cdk.Stack) -> None:
        definition = fargate(stack)
        l1()(stack)
        if how == "tag":
            cdk.Tags.of(stack).add("outrider", "skip")
        if how == "mark":
            leave_alone(definition, "moves to Batch next month")
            leave_alone(stack.node.find_child("F"), "moves to Batch next month")

    result = app_with(build, skip=["S"] if how == "path" else [])
    assert result.template == without(build).template
    assert names.LAUNCHER not in str(result.template)
    said = [text for text in result.texts("warning") if "not protected: asked for" in text]
    assert len(said) == 2
    assert ("Batch next month" in said[0]) is (how == "mark")


@jsii.implements(cdk.IAspect)
class AddsContainer:
    """Another Aspect that changes task definitions."""

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, ecs.FargateTaskDefinition) and not node.node.try_find_child("late"):
            node.add_container("late", image=IMAGE, entry_point=["/late"])


@pytest.mark.parametrize("priority", [cdk.AspectPriority.MUTATING, 900])
def test_other_aspects_may_come_before_and_after(priority: int) -> None:
    app = cdk.App()
    fargate(cdk.Stack(app, "S"))
    cdk.Aspects.of(app).add(protect())
    cdk.Aspects.of(app).add(AddsContainer(), priority=priority)
    assert made(app).containers() == ["web", "late", *names.CONTAINERS]


def test_the_sidecar_is_the_one_that_was_named() -> None:
    containers = app_with(fargate).task()["ContainerDefinitions"]
    assert [container["Image"] for container in containers] == ["nginx:1.25", SIDECAR, SIDECAR]
