"""What a container starts: the words of the definition and the image, with the launcher put before them.

W is the launcher with its own arguments; E, C the definition's entryPoint and command, EP, CMD the image's:

    entryPoint  command   runs today              patched entryPoint   patched command
    -           -         EP + CMD                W + EP               CMD
    -           C         EP + C                  W + EP               C
    E           -         E (CMD is dropped)      W + E                unset
    E           C         E + C                   W + E                C

`[]` counts as unset. ENTRYPOINT stays in entryPoint and CMD in command, so an override of the command at
RunTask still works. Source: https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-
entrypoint-interact
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outrider.errors import RefusedDefinition
from outrider.inject.names import LAUNCHER
from outrider.model.image import ImageConfig

_RESET = [""]
"""`entryPoint: [""]` is Docker's way to clear an image's ENTRYPOINT; run as it stands it could not start."""


@dataclass(frozen=True, slots=True)
class Start:
    """The words a container starts with today, split as they are to be split after the patch."""

    entry_point: tuple[str, ...]
    command: tuple[str, ...]
    entry_point_from_image: bool
    command_from_image: bool


def needs_image(container: dict[str, Any]) -> bool:
    """Whether only the image's config can say what this container starts: rows one and two."""
    return not container.get("entryPoint")


def start(container: dict[str, Any], image: ImageConfig | None) -> Start:
    """What a container starts today. `image` may be None only when `needs_image` is false.

    Raises RefusedDefinition when neither the definition nor the image names a program.
    """
    entry_point: list[str] = container.get("entryPoint") or []
    command: list[str] = container.get("command") or []
    if entry_point:
        words = [] if entry_point == _RESET else entry_point
        found = Start(tuple(words), tuple(command), False, False)
    elif image is None:
        raise RefusedDefinition("its start depends on the image, and the image is not known")
    else:
        found = Start(image.entrypoint, tuple(command) or image.cmd, True, not command and bool(image.cmd))
    if not (*found.entry_point, *found.command):
        raise RefusedDefinition(
            "neither the definition nor the image says what to start",
            hint="set entryPoint or command in the task definition.",
        )
    return found


def launcher(container: str, on_failure: str, key: str) -> list[str]:
    """W for one container: the launcher's own arguments, up to the `--` that ends them."""
    signed = ["--key", key] if key else []
    return [LAUNCHER, "--container", container, "--on-failure", on_failure, *signed, "--"]


def without_launcher(entry_point: Sequence[str]) -> list[str] | None:
    """What follows W in a patched entry point; None when it does not begin with a launcher of ours.

    Every argument of the launcher takes a value, in each version, so that a later version's W is found too.
    """
    if not entry_point or entry_point[0] != LAUNCHER:
        return None
    position = 1
    while position < len(entry_point) and entry_point[position] != "--":
        if not entry_point[position].startswith("--"):
            return None
        position += 2
    return list(entry_point[position + 1 :]) if position < len(entry_point) else None
