"""What is left alone, what fails, and what is refused as a whole."""

from typing import Any

import pytest

from outrider.errors import OutriderError, RefusedDefinition, UsageError
from outrider.inject.dependencies import circle
from outrider.inject.refusals import MAX_BYTES, byte_size
from outrider.inject.settings import Settings
from outrider.inject.task_definition import images_needed
from outrider.model.image import ImageConfig, ResolvedImage
from outrider.model.outcome import Covered, Failed, Skipped

from .samples import bare, container, patch, task, web

ROUTER = web("log_router", firelensConfiguration={"type": "fluentbit"})
FIRELENS = {"logDriver": "awsfirelens", "options": {"Name": "cloudwatch"}}


@pytest.mark.parametrize(
    ("container", "fields", "reason"),
    [
        (ROUTER, {}, "FireLens"),
        (web("envoy"), {"proxyConfiguration": {"type": "APPMESH", "containerName": "envoy"}}, "App Mesh"),
        (web("x", image="840364872350.dkr.ecr.eu-west-1.amazonaws.com/aws-appmesh-envoy:v1"), {}, "App Mesh"),
        (web("ecs-service-connect-AbC"), {}, "Service Connect"),
        (web("aws-guardduty-agent-Xy12"), {}, "GuardDuty"),
    ],
)
def test_what_is_never_touched_unless_asked(
    container: dict[str, Any], fields: dict[str, Any], reason: str
) -> None:
    given = task(web(), container, **fields)
    outcome = patch(given).outcomes[1]
    assert isinstance(outcome, Skipped)
    assert reason in outcome.reason
    assert isinstance(patch(given, include=frozenset({container["name"]})).outcomes[1], Covered)


def test_nothing_is_added_where_nothing_is_covered() -> None:
    result = patch(task(ROUTER))
    assert result.document == task(ROUTER)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (
            task(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}),
            "WINDOWS_SERVER_2022_CORE",
        ),
        (task(requiresCompatibilities=["EC2"]), "not for Fargate: it requires EC2"),
        (task(requiresCompatibilities=["EXTERNAL"]), "EXTERNAL"),
        (task(requiresCompatibilities=["MANAGED_INSTANCES"]), "MANAGED_INSTANCES"),
        ({"family": "f", "containerDefinitions": [web()]}, "does not name FARGATE"),
        (task(web(), web()), "two containers are named web"),
        (task(web("outrider")), "container named outrider already"),
        (task(web("outrider-init")), "container named outrider-init already"),
        (task(volumes=[{"name": "outrider"}]), "volume named outrider already"),
        (task(volumes=[{"name": "outrider-state", "host": {}}]), "volume named outrider-state already"),
        (task(*[web(f"c{i}") for i in range(9)]), "11 containers"),
        (task(web(environment=[{"name": "A", "value": "x" * MAX_BYTES}])), "bytes"),
        (task(web(dependsOn=[{"containerName": "gone", "condition": "START"}])), "depends on gone"),
        (task(web(dependsOn=[{"containerName": "web", "condition": "START"}])), "web → web"),
        (task(runtimePlatform={"cpuArchitecture": "RISCV"}), "unknown cpuArchitecture"),
    ],
)
def test_definitions_that_are_refused(document: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedDefinition, match=words) as caught:
        images_needed(document, Settings(sidecar_image="x"))
        patch(document)
    assert caught.value.hint


@pytest.mark.parametrize(
    "document",
    [
        task(requiresCompatibilities=["EC2", "FARGATE"]),
        {"networkMode": "awsvpc", "cpu": "256", "memory": "512", "containerDefinitions": [web()]},
        {"compatibilities": ["EC2", "FARGATE"], "containerDefinitions": [web()]},
    ],
)
def test_what_can_run_on_fargate_is_patched(document: dict[str, Any]) -> None:
    assert isinstance(patch(document).outcomes[0], Covered)


def test_ec2_is_patched_when_asked_and_our_containers_have_a_memory_size() -> None:
    document = {"family": "f", "requiresCompatibilities": ["EC2"], "containerDefinitions": [web(memory=128)]}
    result = patch(document, allow_ec2=True)
    assert container(result, "outrider")["memoryReservation"] > 0
    assert "memoryReservation" not in container(patch(task()), "outrider")


@pytest.mark.parametrize("option", ["skip", "include"])
def test_a_misspelt_container_is_wrong_usage(option: str) -> None:
    with pytest.raises(UsageError, match="no container named wbe") as caught:
        patch(task(), **{option: frozenset({"wbe"})})
    assert "web" in caught.value.hint


@pytest.mark.parametrize(
    ("given", "image", "words"),
    [
        (
            web(mountPoints=[{"sourceVolume": "v", "containerPath": "/outrider"}]),
            None,
            "where our volume has to be",
        ),
        (
            web(mountPoints=[{"sourceVolume": "v", "containerPath": "/outrider/bin/"}]),
            None,
            "where our volume",
        ),
        (
            web(mountPoints=[{"sourceVolume": "v", "containerPath": "/a/../outrider"}]),
            None,
            "where our volume",
        ),
        (web(entryPoint=["/outrider/app"]), None, "/outrider/app"),
        (web(command=["--config", "/outrider/x.yml"]), None, "/outrider/x.yml"),
        (web(workingDirectory="/outrider"), None, "would hide"),
        (bare(), ImageConfig(cmd=("x",), working_dir="/outrider/app"), "would hide"),
        (bare(), ImageConfig(entrypoint=("/outrider/run",)), "would hide"),
        (web("a" * 201), None, "its name is not"),
        (web("a,b"), None, "its name is not"),
        (web("--"), None, "begins with --"),
        (bare(), ImageConfig(), "neither the definition nor the image"),
    ],
)
def test_containers_that_fail(given: dict[str, Any], image: ImageConfig | None, words: str) -> None:
    images: dict[str, ResolvedImage | Failed] = (
        {"web": ResolvedImage(reference="r", config=image)} if image is not None else {}
    )
    result = patch(task(given), images)
    outcome = result.outcomes[0]
    assert isinstance(outcome, Failed)
    assert words in outcome.error
    assert outcome.hint
    assert result.document == task(given)


def test_a_path_that_only_begins_like_ours_is_no_collision() -> None:
    given = web(
        mountPoints=[{"sourceVolume": "v", "containerPath": "/outrider-data"}], command=["/outriders"]
    )
    assert isinstance(patch(task(given)).outcomes[0], Covered)


def test_a_circle_that_the_user_made_is_named() -> None:
    a = web("a", dependsOn=[{"containerName": "b", "condition": "START"}])
    b = web("b", dependsOn=[{"containerName": "a", "condition": "START"}])
    with pytest.raises(RefusedDefinition, match="a → b → a"):
        patch(task(a, b))


def test_a_circle_that_we_would_close_is_not_closed() -> None:
    """A patched router waits for our installer; were that one to log through the router, none would start."""
    result = patch(task(ROUTER, web(logConfiguration=FIRELENS)), include=frozenset({"log_router"}))
    assert "logConfiguration" in container(result, "outrider-init"), "the router's own, which is not FireLens"
    router = {key: value for key, value in ROUTER.items() if key != "logConfiguration"}
    result = patch(task(router, web(logConfiguration=FIRELENS)), include=frozenset({"log_router"}))
    assert "logConfiguration" not in container(result, "outrider-init")
    assert circle(result.document["containerDefinitions"]) == []
    assert (
        container(patch(task(router, web(logConfiguration=FIRELENS))), "outrider")["logConfiguration"]
        == FIRELENS
    )


def test_a_router_that_waits_for_who_logs_through_it_does_not_get_our_logs_too() -> None:
    """router → web → our installer → (its logs) router: a circle that only our logs would close."""
    router = web(
        "log_router", firelensConfiguration={}, dependsOn=[{"containerName": "web", "condition": "START"}]
    )
    result = patch(task(router, web(logConfiguration=FIRELENS)))
    assert isinstance(result.outcomes[1], Covered)
    assert "logConfiguration" not in container(result, "outrider-init")
    assert "logConfiguration" not in container(result, "outrider")


def test_circles_are_found_however_long_and_a_diamond_is_none() -> None:
    chain = [{"name": f"c{i}", "dependsOn": [{"containerName": f"c{i + 1}"}]} for i in range(5000)]
    assert circle([*chain, {"name": "c5000"}]) == []
    assert circle([*chain, {"name": "c5000", "dependsOn": [{"containerName": "c4998"}]}]) == [
        "c4998", "c4999", "c5000", "c4998",
    ]  # fmt: skip
    diamond = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}
    assert (
        circle([{"name": n, "dependsOn": [{"containerName": o} for o in w]} for n, w in diamond.items()])
        == []
    )


def test_the_size_is_counted_in_bytes_and_said_before_it_is_too_large() -> None:
    roomy = task(web(environment=[{"name": "A", "value": "ü" * 29_500}]))
    result = patch(roomy)
    assert 60_000 <= byte_size(result.document) <= MAX_BYTES
    assert any("near the 65536" in warning for warning in result.warnings)


def test_every_refusal_is_an_error_of_ours() -> None:
    assert issubclass(RefusedDefinition, OutriderError)
