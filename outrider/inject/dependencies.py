"""Circles in what containers wait for: ECS refuses them, also those that a patch would close."""

from typing import Any


def circle(containers: list[dict[str, Any]]) -> list[str]:
    """The names along one circle, the first one repeated at its end; empty when there is none.

    What ECS adds by itself (who logs through FireLens starts after the router) closes no circle: it is only
    added for a router that waits for nobody, and `parts.log_configuration` keeps ours away from the others.
    """
    waits = _waits(containers)
    settled: set[str] = set()
    for first in waits:
        path = _search(first, waits, settled)
        if path:
            return path
    return []


def unknown(containers: list[dict[str, Any]]) -> tuple[str, str] | None:
    """A container and the name it waits for that no container has; None when every name is known."""
    names = {container["name"] for container in containers}
    for container in containers:
        for entry in container.get("dependsOn", []):
            if entry.get("containerName") not in names:
                return container["name"], str(entry.get("containerName"))
    return None


def _search(first: str, waits: dict[str, list[str]], settled: set[str]) -> list[str]:
    """Walk depth first from one container, without recursion; what was settled leads to no circle."""
    path: list[str] = []
    pending: list[tuple[str, bool]] = [(first, False)]
    while pending:
        name, done = pending.pop()
        if done:
            settled.add(path.pop())
        elif name in path:
            return [*path[path.index(name) :], name]
        elif name not in settled:
            path.append(name)
            pending.append((name, True))
            pending.extend((other, False) for other in reversed(waits.get(name, [])))
    return []


def _waits(containers: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Container → those it waits for."""
    return {
        container["name"]: [str(entry.get("containerName")) for entry in container.get("dependsOn", [])]
        for container in containers
    }
