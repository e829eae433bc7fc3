"""One container of the application: its start wrapped, the volume mounted, what was there kept in a label."""

from typing import Any

from outrider.errors import RefusedDefinition
from outrider.inject import names, parts
from outrider.inject.entrypoint import Start, launcher, start
from outrider.inject.original import Original, fingerprint, to_label
from outrider.inject.settings import Settings
from outrider.model.image import ResolvedImage


def patched(container: dict[str, Any], image: ResolvedImage | None, settings: Settings) -> dict[str, Any]:
    """A patched copy of a container that has nothing of ours.

    Everything a user put there stays, in its order; what we add comes last.
    Raises RefusedDefinition when nothing says what it starts, or a digest that was asked for is not known.
    """
    begun = start(container, image.config if image else None)
    replaced = _replaced(container, begun, image, settings)
    words = launcher(container["name"], settings.on_failure.value, settings.key)
    result = {**container, **replaced, "entryPoint": [*words, *begun.entry_point]}
    result["mountPoints"] = [*container.get("mountPoints", []), parts.mount_point()]
    result["dependsOn"] = [*container.get("dependsOn", []), parts.dependency()]
    levels = _missing_levels(container.get("linuxParameters", {}))
    if levels is not None:
        result["linuxParameters"] = _with_capability(container.get("linuxParameters", {}))
    original = Original(
        absent=frozenset({*result, "dockerLabels"} - container.keys()) | (levels or frozenset()),
        was={name: container[name] for name in replaced if name in container},
        wrote={name: fingerprint(value) for name, value in replaced.items()},
        ptrace=levels is not None,
    )
    result["dockerLabels"] = {**container.get("dockerLabels", {}), names.ORIGINAL_LABEL: to_label(original)}
    return result


def drops_capability(container: dict[str, Any]) -> bool:
    """Whether a user drops SYS_PTRACE by name.

    `ALL` is no such decision: what is added comes on top of it.
    """
    return _names_it(container.get("linuxParameters", {}).get("capabilities", {}).get("drop", []))


def _replaced(
    container: dict[str, Any], begun: Start, image: ResolvedImage | None, settings: Settings
) -> dict[str, Any]:
    """Fields whose former value cannot be read back from the patched definition, with their new value.

    An entry point is among them only when what follows the launcher is not what the definition had.
    """
    values: dict[str, Any] = {}
    if list(begun.entry_point) != container.get("entryPoint"):
        values["entryPoint"] = list(begun.entry_point)
    if begun.command_from_image:
        values["command"] = list(begun.command)
    if settings.pin_images:
        values |= _pinned(container, image)
    return values


def _pinned(container: dict[str, Any], image: ResolvedImage | None) -> dict[str, str]:
    """The image by digest. Raises RefusedDefinition when the digest is not known."""
    if image is None or not image.pinned:
        raise RefusedDefinition(
            "its image cannot be pinned: its digest is not known",
            hint="let its registry be read, or do not --pin.",
        )
    return {} if image.pinned == container.get("image") else {"image": image.pinned}


def _missing_levels(parameters: dict[str, Any]) -> frozenset[str] | None:
    """The levels of linuxParameters that adding the capability creates; None when it is not to be added.

    It is not when it is there already, or when the user drops it by name: a decision, not an omission.
    """
    capabilities = parameters.get("capabilities", {})
    if _names_it(capabilities.get("drop", [])) or _names_it(capabilities.get("add", [])):
        return None
    levels = set() if "add" in capabilities else {"linuxParameters.capabilities.add"}
    if "capabilities" not in parameters:
        levels.add("linuxParameters.capabilities")
    return frozenset(levels)


def _with_capability(parameters: dict[str, Any]) -> dict[str, Any]:
    """linuxParameters with our capability added to those that are."""
    capabilities = parameters.get("capabilities", {})
    added = [*capabilities.get("add", []), names.CAPABILITY]
    return {**parameters, "capabilities": {**capabilities, "add": added}}


def _names_it(capabilities: list[str]) -> bool:
    """Whether a list has our capability, in any spelling Docker takes."""
    return names.CAPABILITY in {name.upper().removeprefix("CAP_") for name in capabilities}
