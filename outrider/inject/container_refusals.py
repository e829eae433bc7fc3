"""Containers that should be patched and cannot be: each ends as `Failed`, with what to do about it."""

import posixpath
import re
from collections.abc import Callable
from typing import Any

from outrider.errors import RefusedDefinition
from outrider.inject import names
from outrider.inject.refusals import MAX_NAME
from outrider.model.image import ImageConfig

_NAME = re.compile(r"(?!--)[A-Za-z0-9_-]+")

Refusal = Callable[[dict[str, Any], ImageConfig | None], None]
"""(container, its image's config when it was read): raises RefusedDefinition."""


def unusable_name(container: dict[str, Any], image: ImageConfig | None) -> None:
    """The name is an argument of the launcher, and part of a file name and of a comma-separated list."""
    name = container["name"]
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise RefusedDefinition(
            f"its name is not at most {MAX_NAME} letters, digits, - and _, or begins with --",
            hint="rename the container, or --skip it.",
        )


def mount_in_our_way(container: dict[str, Any], image: ImageConfig | None) -> None:
    """Something else is mounted where our volume has to be."""
    for entry in container.get("mountPoints", []):
        path = entry.get("containerPath", "")
        if _is_ours(path):
            raise RefusedDefinition(
                f"it mounts {entry.get('sourceVolume', 'a volume')} at {path}, where our volume has to be",
                hint="mount it elsewhere, or --skip the container.",
            )


def program_under_our_mount(container: dict[str, Any], image: ImageConfig | None) -> None:
    """Our volume would hide what the image keeps at the same place."""
    words = [*container.get("entryPoint", []), *container.get("command", [])]
    places = [container.get("workingDirectory", "")]
    if image is not None:
        words += [*image.entrypoint, *image.cmd]
        places.append(image.working_dir)
    for path in [*places, *words]:
        if path.startswith("/") and _is_ours(path):
            raise RefusedDefinition(
                f"it uses {path}, which our volume at {names.MOUNT} would hide", hint="--skip the container."
            )


REFUSALS: tuple[Refusal, ...] = (unusable_name, mount_in_our_way, program_under_our_mount)


def refuse(container: dict[str, Any], image: ImageConfig | None) -> None:
    """Raise RefusedDefinition for the first reason not to patch a container."""
    for refusal in REFUSALS:
        refusal(container, image)


def _is_ours(path: str) -> bool:
    """Whether a path is our mount, or inside it."""
    normal = posixpath.normpath(f"/{path}").replace("//", "/")
    return normal == names.MOUNT or normal.startswith(f"{names.MOUNT}/")
