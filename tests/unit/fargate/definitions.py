"""Task definitions for the tests: a sound one, and a way to change it."""

from typing import Any

from outrider.fargate.task import Task, parse


def container(name: str = "web", **changes: Any) -> dict[str, Any]:
    """A container definition that Fargate takes."""
    return {"name": name, "image": "registry.example/app:1", **changes}


def taskdef(*containers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A task definition that Fargate takes."""
    return {
        "family": "shop",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": list(containers) or [container()],
        **changes,
    }


def task(*containers: dict[str, Any], **changes: Any) -> Task:
    """The same as a value."""
    return parse(taskdef(*containers, **changes))


def after(name: str, condition: str = "START") -> list[dict[str, str]]:
    """A dependsOn with one entry."""
    return [{"containerName": name, "condition": condition}]
