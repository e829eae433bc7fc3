"""The transformation: a task definition in, one with the defender in it out, and an outcome a container.

`inject` never changes what it is given, touches nothing it does not have to, and gives the same result
when its own result is given to it again; what it finds of an earlier patch is replaced (an upgrade).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outrider.errors import RefusedDefinition
from outrider.inject import cautions, parts, room
from outrider.inject.container import patched
from outrider.inject.container_refusals import refuse
from outrider.inject.entrypoint import needs_image
from outrider.inject.never_touch import reason_to_skip
from outrider.inject.original import Original, fingerprint, to_label
from outrider.inject.refusals import AFTER, BEFORE
from outrider.inject.settings import Settings
from outrider.inject.unpatch import Pristine, pristine
from outrider.model.image import Platform, ResolvedImage
from outrider.model.outcome import Covered, Failed, Outcome, Skipped

_ARCHITECTURES = {"X86_64": "amd64", "ARM64": "arm64"}


@dataclass(frozen=True, slots=True)
class Injection:
    """The result of `inject`."""

    document: dict[str, Any]
    """As RegisterTaskDefinition takes it. Containers that are not `Covered` are in it as they were."""
    outcomes: tuple[Outcome, ...]
    """One for each container of the application, in the definition's order."""
    warnings: tuple[str, ...]
    """What works, but not as one may expect."""

    @property
    def complete(self) -> bool:
        """Whether no container failed: only then may the document be deployed."""
        return not any(isinstance(outcome, Failed) for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class NeededImage:
    """An image whose config decides what a container starts (or whose digest is to be written)."""

    container: str
    reference: str
    """As in the definition; empty when it names none."""
    credentials: str
    """ARN or name of the secret in `repositoryCredentials`; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What must be read from registries before `inject` can decide."""

    images: tuple[NeededImage, ...]
    platform: Platform
    """What the images must be built for."""
    containers: frozenset[str]
    """Every container of the application, also those whose image is not needed."""


def images_needed(given: Mapping[str, Any], settings: Settings) -> Needed:
    """Which images must be read for these settings. Raises as `inject`."""
    document = _checked(given, settings).document
    containers = document["containerDefinitions"]
    wanted = (c for c in containers if not reason_to_skip(c, document, settings))
    images = tuple(
        NeededImage(
            c["name"], c.get("image", ""), c.get("repositoryCredentials", {}).get("credentialsParameter", "")
        )
        for c in wanted
        if _needs_image(c, settings)
    )
    return Needed(images, platform(document), frozenset(c["name"] for c in containers))


def platform(document: dict[str, Any]) -> Platform:
    """What the images of a definition must be built for.

    Raises RefusedDefinition for an unknown architecture.
    """
    name = document.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64")
    if name not in _ARCHITECTURES:
        raise RefusedDefinition(
            f"unknown cpuArchitecture: {name!r}", hint=f"ECS knows {' and '.join(_ARCHITECTURES)}."
        )
    return Platform("linux", _ARCHITECTURES[name])


def inject(
    given: Mapping[str, Any], images: Mapping[str, ResolvedImage | Failed], settings: Settings
) -> Injection:
    """Put the defender into a task definition.

    `given` is a definition or describe output; `images` maps containers to what was read of their images,
    or to the reason it could not be. Raises RefusedDefinition (or UsageError, InvalidInput) when the
    definition as a whole cannot be patched; what concerns one container is an outcome.
    """
    found = _checked(given, settings)
    document = found.document
    outcomes: list[Outcome] = []
    warnings = [*found.warnings, *cautions.of_settings(settings)]
    containers, covered = [], []
    for container in document["containerDefinitions"]:
        outcome, after = _one(container, document, images.get(container["name"]), settings)
        outcomes.append(outcome)
        containers.append(after)
        if isinstance(outcome, Covered):
            covered.append(container["name"])
            warnings += cautions.of_container(container, _image(images, container), document, settings)
    if not covered:
        return Injection(document, tuple(outcomes), tuple(found.warnings))
    result, said = _with_parts(found, containers, covered, settings)
    for refusal in AFTER:
        refusal(result)
    return Injection(result, tuple(outcomes), (*warnings, *said, *cautions.of_task(result, covered)))


def _checked(given: Mapping[str, Any], settings: Settings) -> Pristine:
    """The definition without any earlier patch, once nothing speaks against patching it."""
    found = pristine(given)
    for refusal in BEFORE:
        refusal(found, settings)
    return found


def _one(
    container: dict[str, Any],
    document: dict[str, Any],
    image: ResolvedImage | Failed | None,
    settings: Settings,
) -> tuple[Outcome, dict[str, Any]]:
    """The outcome for one container, and the container after it."""
    subject = f"container {container['name']}"
    if reason := reason_to_skip(container, document, settings):
        return Skipped(subject, reason), container
    if _needs_image(container, settings) and not isinstance(image, ResolvedImage):
        error = image.error if image else "what it starts is decided by its image, and that was not read"
        return Failed(subject, error, (image.hint if image else "") or _UNREAD), container
    known = image if isinstance(image, ResolvedImage) else None
    try:
        refuse(container, known.config if known else None)
        after = patched(container, known, settings)
    except RefusedDefinition as error:
        return Failed(subject, error.message, error.hint), container
    read = known is not None and f"start read from image {known.pinned or known.reference}"
    return Covered(subject, read or "its own entryPoint, wrapped"), after


def _needs_image(container: dict[str, Any], settings: Settings) -> bool:
    """Whether a container to be patched cannot be without its image."""
    return settings.pin_images or needs_image(container)


_UNREAD = (
    "give its config with --image-config, name a readable reference with --image, or --skip the container."
)


def _with_parts(
    found: Pristine, containers: list[dict[str, Any]], covered: list[str], settings: Settings
) -> tuple[dict[str, Any], list[str]]:
    """The definition with patched containers, then ours, and our volumes; and what to say of its memory."""
    document, before = found.document, found.previous
    lacking = room.lacking(document)
    raised = room.next_memory(document) if lacking and settings.raise_memory else ""
    original = Original(
        absent=frozenset() if "volumes" in document else frozenset({"volumes"}),
        was={"memory": document["memory"]} if raised else {},
        wrote={"memory": fingerprint(raised)} if raised else {},
    )
    after = {**document, "containerDefinitions": containers}
    ours = parts.containers(after, covered, settings, to_label(original))
    result = {
        **document,
        "containerDefinitions": [*containers, *(parts.like_before(c, before.get(c["name"])) for c in ours)],
        "volumes": [
            *document.get("volumes", []),
            *(parts.like_before(v, before.get(f"volume {v['name']}")) for v in parts.volumes()),
        ],
    }
    if raised:
        result["memory"] = raised
    return result, cautions.of_room(document, lacking, raised)


def _image(images: Mapping[str, ResolvedImage | Failed], container: dict[str, Any]) -> ResolvedImage | None:
    """What was read of a container's image, when something was."""
    image = images.get(container["name"])
    return image if isinstance(image, ResolvedImage) else None
