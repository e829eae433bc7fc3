"""What decides about one container: its image, functions in its fields, skips; and whole tasks left alone."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

import outrider.cdk
from outrider.cdk import ImageConfig
from outrider.errors import UsageError
from outrider.inject import names

from .apps import ARM, NGINX, SIDECAR, app_with, fargate, protect, without

IMAGE = ecs.ContainerImage.from_registry("nginx:1.25")
FARGATE: dict[str, Any] = {
    "cpu": "256",
    "memory": "512",
    "network_mode": "awsvpc",
    "requires_compatibilities": ["FARGATE"],
}


def raw(stack: cdk.Stack, *containers: dict[str, Any], **fields: Any) -> ecs.CfnTaskDefinition:
    """An L1 whose containers are written as CDK's casing of the template has them."""
    return ecs.CfnTaskDefinition(
        stack, "Task", container_definitions=list(containers), **{**FARGATE, **fields}
    )


def web(**fields: Any) -> dict[str, Any]:
    return {"name": "web", "image": "nginx:1.25", "entryPoint": ["/web"], **fields}


def test_an_image_nobody_described_is_an_error_that_says_what_to_give() -> None:
    result = app_with(fargate, images={})
    (text,) = result.texts("error")
    assert "'S/Task/web': ImageConfig(" in text
    assert "nginx:1.25" in text
    assert result.task() == without(fargate).task()


def test_one_failed_container_leaves_the_whole_definition() -> None:
    def build(stack: cdk.Stack) -> None:
        fargate(stack).add_container("good", image=IMAGE, entry_point=["/good"])

    result = app_with(build, images={})
    assert result.containers() == ["web", "good"]
    assert "container good: protected" not in "".join(result.texts("info"))
    assert any("another container" in text for text in result.texts("warning"))


@pytest.mark.parametrize("key", ["S/Task/web", "web", "nginx:1.25"])
def test_an_image_is_described_by_path_name_or_reference(key: str) -> None:
    result = app_with(fargate, images={key: NGINX})
    container = result.task()["ContainerDefinitions"][0]
    assert container["EntryPoint"][-1] == "/docker-entrypoint.sh"
    assert container["Command"] == ["nginx", "-g", "daemon off;"]


def test_the_most_exact_description_wins() -> None:
    other = ImageConfig(entrypoint=("/other",))
    result = app_with(fargate, images={"web": NGINX, "nginx:1.25": NGINX, "S/Task/web": other})
    assert result.task()["ContainerDefinitions"][0]["EntryPoint"][-1] == "/other"


def test_an_image_known_at_deployment_only_needs_a_description() -> None:
    def build(stack: cdk.Stack) -> None:
        parameter = cdk.CfnParameter(stack, "Image")
        raw(stack, {"name": "web", "image": parameter.value_as_string})

    (text,) = app_with(build).texts("error")
    assert "known at deployment only" in text
    described = app_with(build, images={"S/Task/web": NGINX})
    assert described.texts("error") == []
    assert described.task()["ContainerDefinitions"][0]["Image"] == {"Ref": "Image"}


def test_an_imported_image_with_its_own_entry_point_needs_none() -> None:
    def build(stack: cdk.Stack) -> None:
        raw(stack, web(image=cdk.Fn.import_value("web-image")))

    result = app_with(build)
    assert result.texts("error") == []
    assert result.task()["ContainerDefinitions"][0]["Image"] == {"Fn::ImportValue": "web-image"}


@pytest.mark.parametrize("field", ["entryPoint", "mountPoints", "dependsOn", "linuxParameters"])
def test_a_field_we_add_to_cannot_be_a_function(field: str) -> None:
    def build(stack: cdk.Stack) -> None:
        cdk.CfnCondition(stack, "Big", expression=cdk.Fn.condition_equals("a", "b"))
        function = {"Fn::If": ["Big", {"Ref": "A"}, {"Ref": "B"}]}
        token = cdk.Token.as_list(function) if field == "entryPoint" else cdk.Token.as_any(function)
        raw(stack, web(**{field: token}))

    def plain(stack: cdk.Stack) -> None:
        build(stack)
        for name in ("A", "B"):
            cdk.CfnParameter(stack, name)

    result = app_with(plain)
    (text,) = result.texts("error")
    assert f"its {field} is known at deployment only" in text
    assert result.containers() == ["web"]
    skipped = app_with(plain, skip=["web"])
    assert skipped.texts("error") == []


def test_fields_that_are_only_carried_along_may_be_functions() -> None:
    function = {"Fn::If": ["Big", [{"Name": "A", "Value": "1"}], {"Ref": "AWS::NoValue"}]}

    def build(stack: cdk.Stack) -> None:
        cdk.CfnCondition(stack, "Big", expression=cdk.Fn.condition_equals("a", "b"))
        raw(stack, web(environment=cdk.Token.as_any(function)))

    result = app_with(build)
    assert result.texts("error") == []
    assert result.task()["ContainerDefinitions"][0]["Environment"] == function
    assert result.containers() == ["web", *names.CONTAINERS]


def test_a_log_router_stays_as_it_is_and_first() -> None:
    def build(stack: cdk.Stack) -> None:
        definition = fargate(stack, logging=ecs.LogDrivers.firelens(options={"Name": "null"}))
        definition.add_firelens_log_router(
            "router",
            image=ecs.ContainerImage.from_registry("fluent-bit:1"),
            firelens_config=ecs.FirelensConfig(type=ecs.FirelensLogRouterType.FLUENTBIT),
        )

    before, after = without(build), app_with(build)
    assert after.texts("error") == []
    assert before.task()["ContainerDefinitions"][1] == after.task()["ContainerDefinitions"][1]
    assert any("container router: not protected: FireLens" in text for text in after.texts("warning"))


@pytest.mark.parametrize("how", ["argument", "label"])
def test_a_container_is_skipped_on_request(how: str) -> None:
    def build(stack: cdk.Stack) -> None:
        labels = {"com.outrider.skip": "true"} if how == "label" else {}
        fargate(stack).add_container("odd", image=IMAGE, docker_labels=labels)

    result = app_with(build, skip=["odd", "of another task"] if how == "argument" else [])
    assert result.task()["ContainerDefinitions"][1] == without(build).task()["ContainerDefinitions"][1]
    (text,) = [text for text in result.texts("warning") if "container odd" in text]
    assert "asked for" in text
    assert "outrider:skipped:container-odd" in text


def test_a_skip_can_be_acknowledged() -> None:
    def build(stack: cdk.Stack) -> None:
        fargate(stack).add_container("odd", image=IMAGE)
        cdk.Annotations.of(stack).acknowledge_warning("outrider:skipped:container-odd", "a debug shell")

    result = app_with(build, skip=["odd"])
    assert not [text for text in result.texts("warning") if "container odd" in text]


def test_definitions_for_ec2_are_skipped_unless_asked() -> None:
    def build(stack: cdk.Stack) -> None:
        definition = ecs.Ec2TaskDefinition(stack, "Task")
        definition.add_container("web", image=IMAGE, memory_limit_mib=128)

    result = app_with(build)
    assert result.task() == without(build).task()
    assert any("not for Fargate" in text for text in result.texts("warning"))
    assert app_with(build, allow_ec2=True).containers() == ["web", *names.CONTAINERS]


def test_windows_is_refused() -> None:
    def build(stack: cdk.Stack) -> None:
        definition = ecs.FargateTaskDefinition(
            stack,
            "Task",
            cpu=1024,
            memory_limit_mib=2048,
            runtime_platform=ecs.RuntimePlatform(
                operating_system_family=ecs.OperatingSystemFamily.WINDOWS_SERVER_2022_CORE,
                cpu_architecture=ecs.CpuArchitecture.X86_64,
            ),
        )
        definition.add_container("web", image=IMAGE)

    result = app_with(build)
    (text,) = result.texts("error")
    assert "WINDOWS_SERVER_2022_CORE" in text
    assert result.containers() == ["web"]


def test_memory_is_raised_only_when_asked() -> None:
    def build(stack: cdk.Stack) -> None:
        fargate(stack, memory_limit_mib=1000)

    quiet, raised = app_with(build), app_with(build, raise_memory=True)
    assert quiet.task()["Memory"] == "1024"
    assert any("raise_memory=True makes it 2048" in text for text in quiet.texts("warning"))
    assert raised.task()["Memory"] == "2048"


def test_roles_stay_and_the_volumes_are_added_to() -> None:
    def build(stack: cdk.Stack) -> None:
        definition = fargate(stack)
        definition.add_volume(name="data")
        definition.add_to_task_role_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=["*"]))

    before, after = without(build), app_with(build)
    assert after.task()["TaskRoleArn"] == before.task()["TaskRoleArn"]
    assert after.task()["Volumes"] == [{"Name": "data"}, *({"Name": name} for name in names.VOLUMES)]


def test_the_sidecar_may_be_an_image_of_the_app() -> None:
    app_image = cdk.Token.as_string(
        {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/o@sha256:1"}
    )
    result = app_with(fargate, sidecar_image=app_image)
    assert result.task()["ContainerDefinitions"][-1]["Image"] == {
        "Fn::Sub": "${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/o@sha256:1"
    }
    assert "Token[" not in "".join(said.text for said in result.said)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"mode": "strict"}, "mode is not"),
        ({"on_failure": "panic"}, "on_failure is not"),
        ({"layers": {"x86_64": "layer"}}, "not a version of a layer"),
        ({"layers": {"mips": ARM}}, "unknown architecture"),
        ({"policy": "http://x"}, "not a policy source"),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_once(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        protect(**settings)


def test_without_a_sidecar_image_tasks_are_skipped_and_said() -> None:
    result = app_with(fargate, aspect=outrider.cdk.Protect(layers={"arm64": ARM}))
    assert any("no sidecar_image is given" in text for text in result.texts("warning"))
    assert SIDECAR not in str(result.template)
