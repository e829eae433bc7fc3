"""What a patch adds to a task.

Two volumes, the container that installs, the sidecar; and to each patched container a mount and a dependency.
"""

import copy
from typing import Any

from outrider.inject import names
from outrider.inject.settings import Settings
from outrider.model import published

_MEMORY_RESERVATION = 128
"""MiB, only where the task has no size of its own (EC2) and ECS wants one for every container."""

_RESTART_AFTER = 60
"""Seconds a sidecar must have run to be started again: ECS's least. With its default of 300, one that dies in
its first five minutes stays dead."""

_HEALTH = ["CMD", "outrider-sidecar", "health"]


def mount_point() -> dict[str, Any]:
    """The task volume in a container of the application.

    Read-only, so that no application changes its guard.
    """
    return {"sourceVolume": names.VOLUME, "containerPath": names.MOUNT, "readOnly": True}


def dependency() -> dict[str, str]:
    """No container starts before the supervisor is in place."""
    return {"containerName": names.INIT, "condition": "SUCCESS"}


def volumes() -> list[dict[str, Any]]:
    """Two volumes that live as long as the task."""
    return [{"name": name} for name in names.VOLUMES]


def containers(
    document: dict[str, Any], covered: list[str], settings: Settings, label: str
) -> list[dict[str, Any]]:
    """The two containers for a task whose containers `covered` were patched; `label` is its original.

    `document` has them as they are after the patch.
    """
    shared = {"sourceVolume": names.VOLUME, "containerPath": names.MOUNT, "readOnly": False}
    state = {"sourceVolume": names.STATE_VOLUME, "containerPath": names.STATE_MOUNT, "readOnly": False}
    init = {
        **_common(document, covered, settings, names.INIT),
        "command": ["init"],
        "user": "0",  # a fresh volume belongs to root, 0755
        "mountPoints": [shared],
        "dockerLabels": {names.COMPONENT_LABEL: "init"},
    }
    agent = {
        **_common(document, covered, settings, names.AGENT),
        "command": ["agent"],
        "dependsOn": [dependency()],
        "restartPolicy": {"enabled": True, "restartAttemptPeriod": _RESTART_AFTER},
        "healthCheck": {"command": _HEALTH, "interval": 30, "timeout": 5, "retries": 3, "startPeriod": 10},
        "mountPoints": [shared, state],
        "dockerLabels": {names.COMPONENT_LABEL: "agent", names.ORIGINAL_LABEL: label},
    }
    return [copy.deepcopy(init), copy.deepcopy(agent)]


def _common(document: dict[str, Any], covered: list[str], settings: Settings, name: str) -> dict[str, Any]:
    """What both containers have."""
    part: dict[str, Any] = {
        "name": name,
        "image": settings.sidecar_image,
        "essential": False,
        "readonlyRootFilesystem": True,
        "environment": _environment(document, covered, settings),
    }
    if "memory" not in document:
        part["memoryReservation"] = _MEMORY_RESERVATION
    logs = log_configuration(document, covered)
    return part if logs is None else {**part, "logConfiguration": logs}


def log_configuration(document: dict[str, Any], covered: list[str]) -> dict[str, Any] | None:
    """Where our containers log: as the first patched container that says so does; None when none does.

    Not through a FireLens router that itself waits for somebody, as a patched one does: whoever it waits for
    waits for our installer, and that one would wait for the router.
    """
    listed = document["containerDefinitions"]
    routers = [container for container in listed if "firelensConfiguration" in container]
    waiting = any(router.get("dependsOn") or router["name"] in covered for router in routers)
    for container in listed:
        logs: dict[str, Any] | None = container.get("logConfiguration")
        through_router = logs is not None and logs.get("logDriver") == "awsfirelens"
        if container["name"] in covered and logs is not None and not (through_router and waiting):
            return logs
    return None


def _environment(document: dict[str, Any], covered: list[str], settings: Settings) -> list[dict[str, str]]:
    """The settings of the sidecar, all of them: a definition should not need its documentation."""
    values = {
        "OUTRIDER_CONTAINERS": ",".join(covered),
        "OUTRIDER_FAMILY": document.get("family", ""),
        "OUTRIDER_LOG": settings.log,
        "OUTRIDER_MODE": settings.mode.value,
        "OUTRIDER_ON_FAILURE": settings.on_failure.value,
        "OUTRIDER_POLICY": settings.policy,
        "OUTRIDER_POLL_SECONDS": str(settings.poll_seconds),
    }
    if settings.day_zero:
        listed = (f"{name}={digest}" for name, digest in sorted(settings.day_zero.items()) if name in covered)
        values["OUTRIDER_DAY_ZERO"] = ",".join(listed)
        values["OUTRIDER_PROGRAMS"] = settings.programs
    if settings.versioned:
        values["OUTRIDER_POLICY_KEY"] = settings.key
        if pinned := _pinned(document, covered):
            values["OUTRIDER_IMAGES"] = ",".join(pinned)
    if settings.switch:
        values["OUTRIDER_SWITCH"] = settings.switch
    if settings.events_queue:
        values["OUTRIDER_EVENTS_QUEUE"] = settings.events_queue
    return [{"name": name, "value": value} for name, value in values.items()]


def _pinned(document: dict[str, Any], covered: list[str]) -> list[str]:
    """`container=digest` of the images that the definition names by digest: those cannot be others later."""
    images = {
        one["name"]: published.digest_in(str(one.get("image", "")))
        for one in document["containerDefinitions"]
    }
    return [f"{name}={images[name]}" for name in sorted(covered) if images.get(name)]


def like_before(fresh: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """The part as it was found when it means the same as the fresh one, else the fresh one.

    DescribeTaskDefinition fills in defaults; without this, patching what it answers would seem to change
    something.
    """
    return before if before is not None and _bare(before) == _bare(fresh) else fresh


def _bare(part: dict[str, Any]) -> dict[str, Any]:
    """A part of ours without the defaults that ECS fills in."""
    return {key: value for key, value in part.items() if value not in ([], {}) and (key, value) != ("cpu", 0)}
