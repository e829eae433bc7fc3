"""What works, but not as a user may expect: said beside the outcomes, never decided for the user."""

import posixpath
import re
from typing import Any

from outrider.inject import parts, room
from outrider.inject.container import drops_capability
from outrider.inject.entrypoint import start
from outrider.inject.refusals import MAX_BYTES, byte_size
from outrider.inject.settings import BUILTIN_LEARN, OnFailure, Settings
from outrider.model import published
from outrider.model.event import Mode
from outrider.model.image import ResolvedImage

NEAR_BYTES = 60_000
"""ECS counts a little differently than we do: from here on a definition may be refused."""

_ON_FAILURE = {
    OnFailure.AVAILABILITY: "a container is only watched until it can (--on-failure availability)",
    OnFailure.SECURITY: "the task does not start (--on-failure security)",
}
_LOSE_RIGHTS = {"sudo", "su", "doas"}
_ROOT = {"", "0", "root"}


_NAMELESS = {
    OnFailure.AVAILABILITY: "for some seconds it is only watched (--pin writes the digest)",
    OnFailure.SECURITY: "the task does not start (--on-failure security) unless --pin writes the digest",
}


def of_settings(settings: Settings) -> list[str]:
    """Cautions about the settings alone."""
    said = []
    if "@sha256:" not in settings.sidecar_image:
        said.append(
            f"the sidecar image {settings.sidecar_image} is not pinned by digest: "
            "what it names can change without a new revision of the task definition"
        )
    if settings.policy != BUILTIN_LEARN and not settings.key:
        said.append(
            f"policies from {settings.policy} need no signature: whoever can write there decides (--key)"
        )
    if settings.versioned:
        said.append(
            f"the task role needs s3:GetObject on {_any_version(settings.policy)}, s3:ListBucket under that "
            "prefix, and kms:Decrypt on the key that encrypts it; a version learns until its policy is there"
        )
    if settings.day_zero and settings.key:
        said.append(
            "a signed policy must have the programs of day zero in it (`outrider policy compile "
            "--programs`): the sidecar cannot add them"
        )
    if settings.programs.startswith("s3://"):
        said.append(
            f"the task role needs s3:GetObject on {settings.programs.replace('{digest}', '*')}, and "
            "kms:Decrypt on the key that encrypts it: where a list cannot be read, "
            f"{_ON_FAILURE[settings.on_failure]}"
        )
    if settings.switch and not settings.key:
        said.append(
            f"the switch in {settings.switch} needs no signature: whoever can write there throws it (--key)"
        )
    if settings.events_queue:
        said.append(
            "the task role needs sqs:SendMessage on the events queue, and kms:GenerateDataKey and "
            "kms:Decrypt on the key that encrypts it; without them events go to the log alone, which says so"
        )
    return said


def of_container(
    container: dict[str, Any], image: ResolvedImage | None, document: dict[str, Any], settings: Settings
) -> list[str]:
    """Cautions about one container that is patched; `container` is as the user wrote it."""
    said = [*_of_start(container, image, document)]
    if drops_capability(container):
        said.append("drops SYS_PTRACE: processes of other users in it are supervised less closely")
    if settings.versioned and not published.digest_in(_reference(container, image, settings)):
        said.append(
            "its image is named by a tag, so its policy comes after its start: "
            f"{_NAMELESS[settings.on_failure]}"
        )
    if settings.mode is Mode.BLOCK and container.get("healthCheck"):
        said.append(
            "has a healthCheck, which ECS starts outside its entry point: the policy must allow what it runs"
        )
    return [f"container {container['name']}: {text}" for text in said]


def of_task(document: dict[str, Any], covered: list[str]) -> list[str]:
    """Cautions about a patched definition as a whole."""
    said = []
    if document.get("pidMode") == "task":
        said.append(
            "pidMode is task: AWS's pause is PID 1, and each supervisor sees the processes of all containers"
        )
    if parts.log_configuration(document, covered) is None:
        said.append(
            "no patched container has a logConfiguration to share: ECS keeps no events of the sidecar"
        )
    if wrong := room.valid_size(document):
        said.append(wrong)
    if (size := byte_size(document)) >= NEAR_BYTES:
        said.append(f"the task definition has {size} bytes, near the {MAX_BYTES} that ECS takes")
    return said


def of_room(document: dict[str, Any], lacking: int, raised: str) -> list[str]:
    """Cautions about memory; `lacking` MiB before, `raised` the new size when it was raised."""
    if not lacking:
        return []
    if raised:
        return [f"the task's memory was raised to {raised} MiB to make room for the sidecar"]
    size = room.next_memory(document)
    advice = f"--raise-memory makes it {size}" if size else "the task's cpu allows no larger memory"
    return [
        f"its containers reserve all of the task's memory but for {room.SIDECAR_MIB - lacking} MiB; "
        f"the sidecar wants {room.SIDECAR_MIB}: {advice}"
    ]


def _of_start(container: dict[str, Any], image: ResolvedImage | None, document: dict[str, Any]) -> list[str]:
    """Cautions about what the container starts, and as whom."""
    begun = start(container, image.config if image else None)
    program = (*begun.entry_point, *begun.command)[0]
    user = container.get("user") or (image.config.user if image else "")
    by_root = user.partition(":")[0] in _ROOT
    said = []
    if program == "/init":
        if (
            container.get("linuxParameters", {}).get("initProcessEnabled")
            or document.get("pidMode") == "task"
        ):
            said.append(
                "starts /init, perhaps s6-overlay: it must be PID 1; initProcessEnabled, pidMode prevent it"
            )
        if not by_root:
            said.append(
                f"starts /init as user {user}: s6-overlay 3 then needs set-user-ID rights and has none"
            )
    if posixpath.basename(program) in _LOSE_RIGHTS and not by_root:
        said.append(
            f"starts through {program} as user {user}: set-user-ID rights are taken away (no_new_privs)"
        )
    if begun.entry_point_from_image and _floats(container.get("image", "")):
        said.append(f"its start was read from {container['image']}: patch again when that tag moves")
    return said


def _reference(container: dict[str, Any], image: ResolvedImage | None, settings: Settings) -> str:
    """The image as the patched definition names it."""
    pinned = image.pinned if image and settings.pin_images else ""
    return pinned or str(container.get("image", ""))


def _any_version(source: str) -> str:
    """A source with its placeholders as a pattern of IAM."""
    return re.sub(r"\{[a-z]+\}", "*", source)


def _floats(reference: str) -> bool:
    """Whether a reference means whatever is newest: no digest, and the tag `latest` or none."""
    name, at, _ = reference.partition("@")
    last = name.rpartition("/")[2]
    return bool(last) and not at and last.partition(":")[2] in {"", "latest"}
