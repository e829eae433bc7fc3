"""Small definitions for tests that look at one thing."""

from typing import Any

from outrider.inject.settings import Settings
from outrider.inject.task_definition import Injection, inject
from outrider.model.image import ImageConfig, ResolvedImage
from outrider.model.outcome import Failed

DIGEST = "sha256:" + "ab" * 32
SIDECAR = f"public.ecr.aws/outrider/sidecar@{DIGEST}"
LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "shop", "awslogs-stream-prefix": "web"}}
NGINX = ResolvedImage(
    reference="nginx:1.25",
    config=ImageConfig(entrypoint=("/docker-entrypoint.sh",), cmd=("nginx", "-g", "daemon off;")),
    pinned=f"docker.io/library/nginx@{DIGEST}",
)


def task(*containers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A Fargate definition with these containers (one named web when there are none)."""
    return {
        "family": "shop",
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "1024",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": list(containers or [web()]),
        **fields,
    }


def web(name: str = "web", **fields: Any) -> dict[str, Any]:
    """A container that says itself what it starts."""
    return {"name": name, "image": "nginx:1.25", "entryPoint": ["/app"], "logConfiguration": LOGS, **fields}


def bare(name: str = "web", **fields: Any) -> dict[str, Any]:
    """A container whose image says what it starts."""
    return {"name": name, "image": "nginx:1.25", "logConfiguration": LOGS, **fields}


def patch(
    document: dict[str, Any], images: dict[str, ResolvedImage | Failed] | None = None, **settings: Any
) -> Injection:
    """Inject with the sidecar of these tests."""
    return inject(document, images or {}, Settings(**{"sidecar_image": SIDECAR, **settings}))


def container(injection: Injection, name: str = "web") -> dict[str, Any]:
    """One container of a result."""
    found: dict[str, Any] = next(c for c in injection.document["containerDefinitions"] if c["name"] == name)
    return found
