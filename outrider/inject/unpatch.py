"""The exact inverse of the patch: takes our parts out and puts back what the labels say was there.

`unpatch(patch(x)) == x` but for the order of keys, for every x in the form RegisterTaskDefinition takes.
Edits made after the patch stay: a field that no longer holds what we wrote is the user's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.errors import InvalidInput
from outrider.inject import names, parts
from outrider.inject.document import register_form
from outrider.inject.entrypoint import without_launcher
from outrider.inject.original import Original, damaged, fingerprint, from_label
from outrider.model.outcome import Covered, Outcome, Skipped


@dataclass(slots=True)
class Pristine:
    """A definition without anything of ours, and what is worth knowing of how it got so."""

    document: dict[str, Any]
    """Shares nothing with what was given."""
    compatibilities: tuple[str, ...]
    warnings: list[str]
    restored: list[str] = field(default_factory=list)
    """Names of the containers that had been patched."""
    previous: dict[str, Any] = field(default_factory=dict)
    """Our own containers and volumes as they were found, by name (volumes as `volume NAME`)."""

    @property
    def was_patched(self) -> bool:
        """Whether there was anything of ours in it."""
        return bool(self.previous)


@dataclass(frozen=True, slots=True)
class Unpatched:
    """The result of `unpatch`."""

    document: dict[str, Any]
    outcomes: tuple[Outcome, ...]
    warnings: tuple[str, ...]


def unpatch(given: Mapping[str, Any]) -> Unpatched:
    """Remove Outrider from a definition. Raises InvalidInput when it is not there, or a label is damaged."""
    found = pristine(given)
    if not found.was_patched:
        raise InvalidInput(
            "the task definition is not patched by Outrider: it has none of our containers and labels",
            hint="there is nothing to remove.",
        )
    outcomes: list[Outcome] = []
    for container in found.document["containerDefinitions"]:
        subject = f"container {container['name']}"
        restored = container["name"] in found.restored
        outcomes.append(Covered(subject, "restored") if restored else Skipped(subject, "was not patched"))
    return Unpatched(found.document, tuple(outcomes), tuple(found.warnings))


def pristine(given: Mapping[str, Any]) -> Pristine:
    """A copy of the definition in register form, as it was before any patch of ours. Raises as `unpatch`.

    A definition without anything of ours comes back as it is.
    """
    form = register_form(given)
    document = form.document
    found = Pristine(document, form.compatibilities, list(form.warnings))
    if not any(_bears_our_mark(container) for container in _containers(document)):
        return found
    _take_out_containers(found)
    label = _labels(found.previous[names.AGENT]).get(names.ORIGINAL_LABEL, "")
    task = from_label(label, f"container {names.AGENT}")
    _take_out_volumes(found, task)
    _put_back(document, task, "the task", found.warnings)
    for container in _containers(document):
        if names.ORIGINAL_LABEL in _labels(container):
            _restore(container, found.warnings)
            found.restored.append(container["name"])
        elif _bears_our_mark(container):
            raise damaged(
                f"container {container['name']}", "it is missing, but the entry point is the launcher's"
            )
        else:
            _forget_our_parts(container, found.warnings)
    return found


def _bears_our_mark(container: dict[str, Any]) -> bool:
    """Whether a patch has been at this container, or put it there."""
    entry_point = container.get("entryPoint") or [""]
    marks = {names.ORIGINAL_LABEL, names.COMPONENT_LABEL}
    return bool(_labels(container).keys() & marks) or entry_point[0] == names.LAUNCHER


def _take_out_containers(found: Pristine) -> None:
    """Remove our two containers; both must be there and be marked as ours."""
    kept = []
    roles = {names.INIT: "init", names.AGENT: "agent"}
    for container in _containers(found.document):
        role = _labels(container).get(names.COMPONENT_LABEL)
        if role is None:
            kept.append(container)
        elif roles.get(container["name"]) == role and container["name"] not in found.previous:
            found.previous[container["name"]] = container
        else:
            raise InvalidInput(
                f"container {container['name']} carries our label {names.COMPONENT_LABEL}, but is not ours",
                hint="remove the label.",
            )
    for name in names.CONTAINERS:
        if name not in found.previous:
            raise InvalidInput(
                f"the task definition was patched, but its container {name} is missing or lost its label",
                hint="take the definition from before the patch, or an earlier revision.",
            )
    found.document["containerDefinitions"] = kept
    if not kept:
        raise InvalidInput("the task definition has no containers but ours")


def _take_out_volumes(found: Pristine, task: Original) -> None:
    """Remove our two volumes, and the list when it was not there before."""
    volumes = found.document.get("volumes", [])
    for name in names.VOLUMES:
        ours = [volume for volume in volumes if volume.get("name") == name]
        if len(ours) != 1 or (ours[0].keys() - {"name", "host"}) or ours[0].get("host"):
            raise InvalidInput(
                f"the task definition was patched, but its volume {name} is not the one we added",
                hint="take the definition from before the patch, or an earlier revision.",
            )
        found.previous[f"volume {name}"] = ours[0]
    found.document["volumes"] = [volume for volume in volumes if volume.get("name") not in names.VOLUMES]
    _drop_if_empty(found.document, "volumes", task)


def _restore(container: dict[str, Any], warnings: list[str]) -> None:
    """Put one patched container back; what was edited since the patch stays as edited."""
    where = f"container {container['name']}"
    original = from_label(container["dockerLabels"].pop(names.ORIGINAL_LABEL), where)
    words = without_launcher(container.get("entryPoint", []))
    if words is None:
        raise damaged(where, f"the entry point does not begin with {names.LAUNCHER} any more")
    container["entryPoint"] = words
    _put_back(container, original, where, warnings)
    _forget_our_parts(container, warnings)
    parameters = container.get("linuxParameters", {})
    capabilities = parameters.get("capabilities", {})
    if original.ptrace and names.CAPABILITY in capabilities.get("add", []):
        capabilities["add"].remove(names.CAPABILITY)
    for holder, name, path in (
        (capabilities, "add", "linuxParameters.capabilities.add"),
        (parameters, "capabilities", "linuxParameters.capabilities"),
        *(
            (container, name, name)
            for name in ("linuxParameters", "mountPoints", "dependsOn", "dockerLabels")
        ),
    ):
        if path in original.absent and holder.get(name) in ([], {}):
            del holder[name]


def _put_back(holder: dict[str, Any], original: Original, where: str, warnings: list[str]) -> None:
    """Restore the replaced fields that still hold what we wrote."""
    for name, digest in sorted(original.wrote.items()):
        if fingerprint(holder.get(name)) != digest:
            warnings.append(f"{where}: {name} was changed after the patch and is kept as it is now")
        elif name in original.was:
            holder[name] = original.was[name]
        else:
            holder.pop(name, None)


def _forget_our_parts(container: dict[str, Any], warnings: list[str]) -> None:
    """Drop references to our containers and volumes: ours, and those that a user added after the patch."""
    for name, key, ours, own in (
        ("mountPoints", "sourceVolume", names.VOLUMES, parts.mount_point()),
        ("dependsOn", "containerName", names.CONTAINERS, parts.dependency()),
    ):
        entries = container.get(name, [])
        dropped = [entry for entry in entries if entry.get(key) in ours]
        if dropped:
            container[name] = [entry for entry in entries if entry not in dropped]
        if any(entry != own for entry in dropped):
            warnings.append(
                f"container {container['name']}: {name} referred to Outrider's own parts; taken out"
            )


def _drop_if_empty(holder: dict[str, Any], name: str, original: Original) -> None:
    """Remove a list that was not there before, once nothing is left in it."""
    if name in original.absent and not holder.get(name):
        holder.pop(name, None)


def _containers(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The container definitions of a checked document."""
    containers: list[dict[str, Any]] = document["containerDefinitions"]
    return containers


def _labels(container: dict[str, Any]) -> dict[str, str]:
    """The docker labels of a container."""
    labels: dict[str, str] = container.get("dockerLabels", {})
    return labels
