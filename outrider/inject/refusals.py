"""Whole definitions that are not patched: each refusal says why and what would change it.

`BEFORE` look at the definition as the user wrote it, `AFTER` at what would be registered. To add one: README.
"""

import json
from collections.abc import Callable
from typing import Any

from outrider.errors import RefusedDefinition, UsageError
from outrider.inject import dependencies, names
from outrider.inject.settings import Settings
from outrider.inject.unpatch import Pristine

MAX_BYTES = 65_536
"""What ECS takes. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html"""

MAX_CONTAINERS = 10
"""Containers of one task definition; same page."""

MAX_NAME = 200
"""Characters of a container's name; ECS takes 255, but the name becomes part of a file name."""


def windows(found: Pristine, settings: Settings) -> None:
    """The supervisor is a Linux program."""
    system = found.document.get("runtimePlatform", {}).get("operatingSystemFamily", "LINUX")
    if system.upper() != "LINUX":
        raise RefusedDefinition(
            f"the task runs on {system}; Outrider supervises Linux containers only",
            hint="leave this task definition as it is.",
        )


def not_fargate(found: Pristine, settings: Settings) -> None:
    """EC2 and external hosts have other means, and other rules; patched only when asked."""
    if settings.allow_ec2:
        return
    asked = found.document.get("requiresCompatibilities", [])
    if "FARGATE" in asked or (not asked and _fits_fargate(found)):
        return
    said = (
        f"it requires {', '.join(asked)}" if asked else "it does not name FARGATE in requiresCompatibilities"
    )
    raise RefusedDefinition(
        f"the task definition is not for Fargate: {said}",
        hint="pass --allow-ec2 to patch it all the same, or add FARGATE to requiresCompatibilities.",
    )


def same_names(found: Pristine, settings: Settings) -> None:
    """Names must be unique, and ours free."""
    seen: set[str] = set()
    for container in found.document["containerDefinitions"]:
        if container["name"] in seen:
            raise RefusedDefinition(
                f"two containers are named {container['name']}", hint="ECS refuses that too."
            )
        seen.add(container["name"])
    for name in names.CONTAINERS:
        if name in seen:
            raise RefusedDefinition(
                f"there is a container named {name} already, and it is not ours",
                hint="rename it: the sidecar and its installer go by these names.",
            )
    for volume in found.document.get("volumes", []):
        if volume.get("name") in names.VOLUMES:
            raise RefusedDefinition(
                f"there is a volume named {volume['name']} already, and it is not ours", hint="rename it."
            )


def unknown_settings(found: Pristine, settings: Settings) -> None:
    """A misspelt name in --skip would protect too much, in --include too little: say so."""
    there = {container["name"] for container in found.document["containerDefinitions"]}
    for name in sorted((settings.skip | settings.include) - there):
        raise UsageError(
            f"there is no container named {name} to skip or include",
            hint=f"the containers are: {', '.join(sorted(there))}.",
        )


def waiting_for_nobody(document: dict[str, Any]) -> None:
    """A dependency on a container that does not exist."""
    if pair := dependencies.unknown(document["containerDefinitions"]):
        raise RefusedDefinition(
            f"container {pair[0]} depends on {pair[1]}, which does not exist", hint="ECS refuses that too."
        )


def waiting_in_circles(document: dict[str, Any]) -> None:
    """Containers that wait for each other."""
    if names_along := dependencies.circle(document["containerDefinitions"]):
        raise RefusedDefinition(
            f"containers wait for each other: {' → '.join(names_along)}",
            hint="ECS refuses that too: remove one of these dependencies.",
        )


def too_many_containers(document: dict[str, Any]) -> None:
    """ECS's limit, ours included."""
    count = len(document["containerDefinitions"])
    if count > MAX_CONTAINERS:
        raise RefusedDefinition(
            f"the task definition would have {count} containers; ECS takes {MAX_CONTAINERS}",
            hint=f"Outrider adds {len(names.CONTAINERS)}: it needs that many free places.",
        )


def too_large(document: dict[str, Any]) -> None:
    """ECS's limit on the whole."""
    size = byte_size(document)
    if size > MAX_BYTES:
        raise RefusedDefinition(
            f"the task definition would have {size} bytes; ECS takes {MAX_BYTES}",
            hint="move long commands, labels or variables out (environmentFiles, Parameter Store).",
        )


BEFORE: tuple[Callable[[Pristine, Settings], None], ...] = (
    windows,
    not_fargate,
    same_names,
    unknown_settings,
)
AFTER: tuple[Callable[[dict[str, Any]], None], ...] = (
    waiting_for_nobody,
    waiting_in_circles,
    too_many_containers,
    too_large,
)


def byte_size(document: dict[str, Any]) -> int:
    """Bytes of a definition as compact JSON; ECS's own count differs a little."""
    return len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode())


def _fits_fargate(found: Pristine) -> bool:
    """Whether a definition that requires nothing would run on Fargate: ECS said so, or nothing is missing."""
    if found.compatibilities:
        return "FARGATE" in found.compatibilities
    document = found.document
    return document.get("networkMode") == "awsvpc" and "cpu" in document and "memory" in document
