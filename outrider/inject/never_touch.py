"""Containers that are left alone, each for a reason a user can judge. To add one: README, "Add a refusal"."""

from collections.abc import Callable
from typing import Any

from outrider.inject import names
from outrider.inject.settings import Settings

_AWS_AGENTS = (
    ("ecs-service-connect-", "/aws-ecs-service-connect-agent", "the Service Connect agent: AWS manages it"),
    ("aws-guardduty-agent", "/aws-guardduty-agent-fargate", "the GuardDuty agent: AWS manages it"),
    ("envoy-appmesh-", "/aws-appmesh-envoy", "an App Mesh proxy: all traffic of the task goes through it"),
)
"""Beginning of the name, part of the image, reason. Names as seen in DescribeTasks."""

Rule = Callable[[dict[str, Any], dict[str, Any]], str]
"""(container, task definition) → why it is left alone, or an empty string."""


def asked_by_label(container: dict[str, Any], document: dict[str, Any]) -> str:
    """Its owner keeps it out."""
    value = container.get("dockerLabels", {}).get(names.SKIP_LABEL)
    return "" if value is None or value.lower() == "false" else f"asked for (label {names.SKIP_LABEL})"


def is_firelens_router(container: dict[str, Any], document: dict[str, Any]) -> str:
    """A log router starts first and stops last; a router that waits for others loses their logs.

    https://github.com/aws/aws-for-fluent-bit/issues/39
    """
    return (
        "FireLens log router: the others need it before they start"
        if "firelensConfiguration" in container
        else ""
    )


def is_mesh_proxy(container: dict[str, Any], document: dict[str, Any]) -> str:
    """The container that proxyConfiguration names carries all traffic of the task."""
    proxy = document.get("proxyConfiguration", {}).get("containerName")
    return "App Mesh proxy: all traffic of the task goes through it" if container["name"] == proxy else ""


def is_aws_agent(container: dict[str, Any], document: dict[str, Any]) -> str:
    """Agents that AWS puts into tasks and replaces as it likes."""
    for beginning, image, reason in _AWS_AGENTS:
        if container["name"].startswith(beginning) or image in container.get("image", ""):
            return reason
    return ""


RULES: tuple[Rule, ...] = (asked_by_label, is_firelens_router, is_mesh_proxy, is_aws_agent)
"""In this order; the first reason is the one given."""


def reason_to_skip(container: dict[str, Any], document: dict[str, Any], settings: Settings) -> str:
    """Why a container is not patched.

    Empty when it is to be. What the user asks for comes before the rules.
    """
    if container["name"] in settings.skip:
        return "asked for (--skip)"
    if container["name"] in settings.include:
        return ""
    return next((reason for rule in RULES if (reason := rule(container, document))), "")
