"""Functions: the layer comes last, variables are added one by one, and what cannot be is said."""

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sam as sam
from aws_cdk import custom_resources

from .apps import ARM, FUNCTION, WRAP, X86, app_with, made, protect, without

CODE = lambda_.Code.from_inline("def handler(event, context): pass")
THEIRS = "arn:aws:lambda:eu-west-1:123456789012:layer:deps:4"
OURS = {
    "AWS_LAMBDA_EXEC_WRAPPER": WRAP,
    "OUTRIDER_MODE": "alert",
    "OUTRIDER_ON_FAILURE": "availability",
}


def l1(**fields: Any) -> Callable[[cdk.Stack], object]:
    settings = {
        "code": lambda_.CfnFunction.CodeProperty(zip_file="x"),
        "role": "arn:aws:iam::123456789012:role/r",
        "runtime": "python3.12",
        "handler": "index.handler",
        **fields,
    }
    return lambda stack: lambda_.CfnFunction(stack, "F", **settings)


def l2(**fields: Any) -> Callable[[cdk.Stack], lambda_.Function]:
    settings = {"runtime": lambda_.Runtime.PYTHON_3_12, "handler": "index.handler", "code": CODE, **fields}
    return lambda stack: lambda_.Function(stack, "F", **settings)


def test_an_l1_function_with_nothing_gets_layer_and_variables() -> None:
    result = app_with(l1())
    assert result.function()["Layers"] == [X86]
    assert result.variables() == OURS
    assert result.texts("error") == []


def test_an_l1_function_keeps_its_own() -> None:
    environment = lambda_.CfnFunction.EnvironmentProperty(variables={"A": "", "R": cdk.Aws.REGION})
    result = app_with(l1(environment=environment, layers=[THEIRS], architectures=["arm64"]))
    assert result.function()["Layers"] == [THEIRS, ARM]
    assert result.variables() == {"A": "", "R": {"Ref": "AWS::Region"}, **OURS}


def test_an_l2_function_keeps_its_own() -> None:
    def build(stack: cdk.Stack) -> None:
        layer = lambda_.LayerVersion(stack, "Deps", code=lambda_.Code.from_bucket(bucket(stack), "deps.zip"))
        l2(environment={"B": bucket(stack).bucket_name}, layers=[layer])(stack)

    def bucket(stack: cdk.Stack) -> s3.IBucket:
        return s3.Bucket.from_bucket_name(stack, f"B{len(stack.node.children)}", "shop")

    before, after = without(build), app_with(build)
    assert after.function()["Layers"] == [*before.function()["Layers"], X86]
    assert "Ref" in after.function()["Layers"][0]
    assert after.variables() == {"B": "shop", **OURS}


def test_layers_and_variables_added_after_the_aspect_stay() -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "S")
    function = l2()(stack)
    cdk.Aspects.of(app).add(protect())
    function.add_environment("LATE", "1")
    function.add_layers(lambda_.LayerVersion.from_layer_version_arn(stack, "Late", THEIRS))
    result = made(app)
    assert result.function()["Layers"] == [THEIRS, X86]
    assert result.variables() == {"LATE": "1", **OURS}


@pytest.mark.parametrize("build", [l1, l2])
def test_a_wrapper_that_is_there_is_chained(build: Callable[..., Callable[[cdk.Stack], object]]) -> None:
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/theirs"}
    environment: Any = variables if build is l2 else {"variables": variables}
    result = app_with(build(environment=environment))
    assert result.variables() == {**OURS, "OUTRIDER_WRAPPER": "/opt/theirs"}
    assert any("its wrapper chained" in text for text in result.texts("info"))


def test_a_wrapper_that_cannot_be_seen_is_refused_not_overwritten() -> None:
    """jsii gives a token the form of a struct when `environment` is read: nothing of it is left for us."""

    def build(stack: cdk.Stack) -> None:
        function = l2(environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/theirs"})(stack)
        node = function.node.default_child
        assert isinstance(node, lambda_.CfnFunction)
        assert node.environment is not None

    result = app_with(build)
    (text,) = result.texts("error")
    assert "its environment cannot be read" in text
    assert result.variables() == {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/theirs"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"runtime": lambda_.Runtime.PROVIDED_AL2023}, "OS-only runtime"),
        ({"runtime": lambda_.Runtime.PYTHON_3_7}, "too old"),
    ],
)
def test_runtimes_without_a_wrapper_are_skipped(fields: dict[str, Any], words: str) -> None:
    def build(stack: cdk.Stack) -> object:
        code = lambda_.Code.from_bucket(s3.Bucket.from_bucket_name(stack, "B", "shop"), "f.zip")
        return l2(code=code, **fields)(stack)

    result = app_with(build)
    assert any(words in text for text in result.texts("warning"))
    assert result.function() == without(build).function()


def test_an_image_function_is_skipped() -> None:
    code = lambda_.CfnFunction.CodeProperty(image_uri="123456789012.dkr.ecr.eu-west-1.amazonaws.com/f:1")
    result = app_with(l1(code=code, package_type="Image", runtime=None, handler=None))
    assert any("takes no layers" in text for text in result.texts("warning"))
    assert "Layers" not in result.function()


def test_an_architecture_without_a_layer_is_an_error() -> None:
    result = app_with(l1(architectures=["arm64"]), layers={"x86_64": X86})
    assert "no layer for that is given" in result.texts("error")[0]
    assert "layers=" in result.texts("error")[0]


def test_a_sixth_layer_is_refused() -> None:
    layers = [f"arn:aws:lambda:eu-west-1:123456789012:layer:l{number}:1" for number in range(5)]
    result = app_with(l1(layers=layers))
    assert "6 layers" in result.texts("error")[0]
    assert result.function()["Layers"] == layers


@pytest.mark.parametrize("field", ["runtime", "architectures", "layers"])
def test_what_decides_cannot_be_a_parameter(field: str) -> None:
    def build(stack: cdk.Stack) -> None:
        parameter = cdk.CfnParameter(
            stack, "P", type="String" if field == "runtime" else "CommaDelimitedList"
        )
        value = parameter.value_as_string if field == "runtime" else parameter.value_as_list
        l1(**{field: value})(stack)

    result = app_with(build)
    assert "known at deployment only" in result.texts("error")[0]


def test_the_layer_of_another_region_is_refused() -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "S", env=cdk.Environment(region="us-east-1", account="123456789012"))
    l1()(stack)
    cdk.Aspects.of(app).add(protect())
    assert "it is in us-east-1, the layer in eu-west-1" in made(app).texts("error")[0]


def test_the_layer_may_be_of_another_stack_of_the_app() -> None:
    app = cdk.App()
    runtime = cdk.Stack(app, "Runtime")
    code = lambda_.Code.from_bucket(s3.Bucket.from_bucket_name(runtime, "B", "shop"), "layer.zip")
    layer = lambda_.LayerVersion(runtime, "Layer", code=code)
    stack = cdk.Stack(app, "S")
    l1()(stack)
    cdk.Aspects.of(app).add(protect(layers={"x86_64": layer.layer_version_arn}))
    result = made(app)
    assert result.texts("error") == []
    assert list(result.function()["Layers"][0]) == ["Fn::ImportValue"]


def test_functions_of_cdk_itself_are_skipped_with_a_reason() -> None:
    def build(stack: cdk.Stack) -> None:
        s3.Bucket(stack, "B", auto_delete_objects=True, removal_policy=cdk.RemovalPolicy.DESTROY)
        call = custom_resources.AwsSdkCall(
            service="S3",
            action="listBuckets",
            physical_resource_id=custom_resources.PhysicalResourceId.of("x"),
        )
        policy = custom_resources.AwsCustomResourcePolicy.from_sdk_calls(resources=["*"])
        custom_resources.AwsCustomResource(stack, "C", on_create=call, policy=policy)
        custom_resources.Provider(stack, "P", on_event_handler=l2()(stack))

    before, after = without(build), app_with(build)
    assert after.texts("error") == []
    assert sum("CDK's own" in text for text in after.texts("warning")) == 3
    changed = [
        one
        for one, other in zip(before.resources(FUNCTION), after.resources(FUNCTION), strict=True)
        if one != other
    ]
    assert len(changed) == 1  # the handler that the user wrote


def test_a_singleton_function_of_the_user_is_protected() -> None:
    def build(stack: cdk.Stack) -> None:
        lambda_.SingletonFunction(
            stack, "One", uuid="6f2", runtime=lambda_.Runtime.NODEJS_20_X, handler="i.h", code=CODE
        )

    assert app_with(build).variables() == OURS


def test_functions_of_sam_and_bare_resources_are_told() -> None:
    def build(stack: cdk.Stack) -> None:
        sam.CfnFunction(stack, "Sam", handler="a.b", runtime="python3.12", inline_code="x")
        cdk.CfnResource(stack, "Bare", type=FUNCTION, properties={"Runtime": "python3.12"})

    result = app_with(build)
    assert any("SAM's transform" in text for text in result.texts("warning"))
    assert any("bare CfnResource" in text for text in result.texts("error"))


def test_settings_reach_the_function() -> None:
    result = app_with(l1(), mode="block", on_failure="security", function_policy_source="ssm:/shop/policy")
    assert result.variables() == {
        "AWS_LAMBDA_EXEC_WRAPPER": WRAP,
        "OUTRIDER_MODE": "block",
        "OUTRIDER_ON_FAILURE": "security",
        "OUTRIDER_POLICY_SOURCE": "ssm:/shop/policy",
    }
