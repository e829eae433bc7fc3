"""Task definitions: what the Aspect puts in the place of their containers and volumes.

`container_definitions` of an L2 is a token that CDK resolves when the template is written: reading it
earlier would lose what is added later. So a token of ours takes its place. Asked for its value, it resolves
the original, and gives what `outrider.inject` makes of it. The original is resolved in the context of whoever
asks, so that CDK sees the references in it: those to other stacks become exports, parameters, dependencies.
"""

from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ecs as ecs

from outrider.cdk.annotations import Speaker
from outrider.cdk.choices import Choices
from outrider.cdk.intrinsics import Hidden, is_hidden, is_intrinsic
from outrider.cdk.leaving_alone import CONTAINER_LABEL, is_labelled, reason_in_tags
from outrider.errors import OutriderError, RefusedDefinition
from outrider.inject import refusals
from outrider.inject.settings import Settings
from outrider.inject.task_definition import images_needed, inject
from outrider.inject.unpatch import pristine
from outrider.model.image import ResolvedImage
from outrider.model.outcome import Covered, Failed, Outcome, Skipped

_ASIDE = ("entryPoint", "mountPoints", "dependsOn", "linuxParameters", "dockerLabels")
"""Fields we add to: they cannot be one intrinsic function."""

_NEVER_READ = ("environment", "essential")
"""Fields whose form is checked, and no more: they can."""

_READ = ("containerDefinitions", "volumes", "memory")
"""Properties that are replaced: their originals are kept here."""


def protect(node: ecs.CfnTaskDefinition, choices: Choices) -> None:
    """Put tokens of ours in the place of a definition's containers and volumes."""
    patched = Patched(node, choices)
    node.container_definitions = cdk.Lazy.uncached_any(Property(patched, "containerDefinitions"))
    node.volumes = cdk.Lazy.uncached_any(Property(patched, "volumes"))
    if choices.tasks and choices.tasks.raise_memory and patched.originals.get("memory") is not None:
        node.memory = cdk.Token.as_string(cdk.Lazy.uncached_any(Property(patched, "memory")))


class Patched:
    """One definition, patched whenever one of its properties is asked for."""

    def __init__(self, node: ecs.CfnTaskDefinition, choices: Choices) -> None:
        self._node = node
        self._choices = choices
        self._speaker = Speaker(node)
        self._path = node.node.path.removesuffix("/Resource")  # the L2 is what its user knows
        self.originals = {key: value for key, value in node._cfn_properties.items() if key in _READ}

    def resolved(self, context: cdk.IResolveContext, name: str) -> Any:
        """One property of the patched definition, in the casing of CDK (which is the API's)."""
        properties = {**dict(self._node._cfn_properties), **dict.fromkeys(_READ), **self.originals}
        document = {key: context.resolve(value) for key, value in properties.items()}
        document = {key: value for key, value in document.items() if value is not None}
        try:
            return self._patch(document).get(name)
        except OutriderError as error:
            self._speaker.outcome(Failed("task definition", error.message, error.hint))
            return document.get(name)

    def _patch(self, document: dict[str, Any]) -> dict[str, Any]:
        """The definition with the defender in it, or as it was when it is left alone. Raises as `inject`."""
        if reason := self._reason(document):
            self._speaker.outcome(Skipped("task definition", reason))
            return document
        hidden = Hidden()
        plain, asides = _without_functions(_checked(document))
        plain = hidden.task(plain)
        names = frozenset(_name(container) for container in plain["containerDefinitions"])
        asked = {_name(c) for c in plain["containerDefinitions"] if is_labelled(c.get("dockerLabels"))}
        wanted = (self._choices.skip & names) | asked
        unusable = _unusable(asides, wanted)
        settings = self._choices.for_containers(frozenset({*wanted, *unusable}), names)
        if settings is None or (said := _not_for_fargate(plain, settings)):
            self._speaker.outcome(
                Skipped("task definition", said if settings else "no sidecar_image is given")
            )
            return document
        found = inject(plain, self._images(plain, settings), settings)
        complete = found.complete and not unusable
        for outcome in found.outcomes:
            self._speaker.outcome(_instead(outcome, unusable, asked, complete))
        if not complete:
            return document
        for warning in found.warnings:
            self._speaker.caution(warning)
        return _with_functions(hidden.restored(found.document), asides, hidden)

    def _reason(self, document: dict[str, Any]) -> str:
        """Why the definition as a whole is left alone; empty when it is not."""
        tags = document.get("tags", [])
        pairs = {str(tag.get("key")): str(tag.get("value")) for tag in tags if isinstance(tag, dict)}
        return reason_in_tags(pairs)

    def _images(self, plain: dict[str, Any], settings: Settings) -> dict[str, ResolvedImage | Failed]:
        """What the user said of the images whose config decides what a container starts."""
        images: dict[str, ResolvedImage | Failed] = {}
        for needed in images_needed(plain, settings).images:
            config = self._choices.image(self._path, needed.container, needed.reference)
            if config is not None:
                images[needed.container] = ResolvedImage(reference=needed.reference, config=config)
            else:
                images[needed.container] = _unread(needed.container, needed.reference, self._path)
        return images


@jsii.implements(cdk.IAnyProducer)
class Property:
    """One property of a patched definition, for CDK to ask when it wants it."""

    def __init__(self, patched: Patched, name: str) -> None:
        self._patched = patched
        self._name = name

    def produce(self, context: cdk.IResolveContext) -> Any:
        """The property's value."""
        return self._patched.resolved(context, self._name)


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    """A definition whose lists of containers and volumes are lists. Raises RefusedDefinition."""
    for name in ("containerDefinitions", "volumes"):
        entries = document.get(name, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise RefusedDefinition(
                f"its {name} are no list, but known at deployment only",
                hint="write them out, or leave the definition alone with leave_alone(construct, reason).",
            )
    return document


def _without_functions(document: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The definition without container fields that are one intrinsic function, and these, by container."""
    asides = []
    containers = []
    for container in document.get("containerDefinitions", []):
        aside = {key: value for key, value in container.items() if _is_aside(key, value)}
        asides.append({"name": container.get("name"), **aside})
        containers.append({key: value for key, value in container.items() if key not in aside})
    return {**document, "containerDefinitions": containers}, asides


def _is_aside(key: str, value: Any) -> bool:
    """Whether a field of a container is a function where the transformation wants to look inside."""
    if key == "linuxParameters" and isinstance(value, dict) and is_intrinsic(value.get("capabilities")):
        return True
    return key in {*_ASIDE, *_NEVER_READ} and is_intrinsic(value)


def _with_functions(document: dict[str, Any], asides: list[dict[str, Any]], hidden: Hidden) -> dict[str, Any]:
    """The fields that were taken out, in their containers again: ours come after all of them."""
    containers = document["containerDefinitions"]
    count = len(asides)
    merged = [{**container, **aside} for container, aside in zip(containers, asides, strict=False)]
    return {**document, "containerDefinitions": [*merged, *containers[count:]]}


def _unusable(asides: list[dict[str, Any]], skipped: frozenset[str] | set[str]) -> dict[str, str]:
    """Container → the field we would have to add to and cannot; of those that are to be patched."""
    found = {}
    for aside in asides:
        fields = [field for field in _ASIDE if field in aside]
        if fields and aside["name"] not in skipped and isinstance(aside["name"], str):
            found[aside["name"]] = fields[0]
    return found


def _instead(outcome: Outcome, unusable: dict[str, str], labelled: set[str], complete: bool) -> Outcome:
    """The outcome with the reason that we know better than `inject`.

    One container that failed leaves the whole definition as it was: no other one is protected then.
    """
    name = outcome.subject.removeprefix("container ")
    if name in unusable:
        return Failed(
            outcome.subject,
            f"its {unusable[name]} is known at deployment only, and something must be added to it",
            "write it out, put conditions inside of it, or --skip the container.",
        )
    if isinstance(outcome, Skipped) and name in labelled:
        return Skipped(outcome.subject, f"asked for (label {CONTAINER_LABEL})")
    if isinstance(outcome, Covered) and not complete:
        return Skipped(outcome.subject, "another container of the definition failed: it is left as it was")
    return outcome


def _not_for_fargate(plain: dict[str, Any], settings: Settings) -> str:
    """Why a definition is for other hosts, and so left alone; empty when it is for Fargate."""
    try:
        refusals.not_fargate(pristine(plain), settings)
    except RefusedDefinition as error:
        return f"{error.message} ({error.hint})"
    return ""


def _unread(container: str, reference: str, path: str) -> Failed:
    """No start is known: what the user has to give."""
    what = "known at deployment only (an asset, a Ref, an import)" if is_hidden(reference) else reference
    return Failed(
        f"container {container}",
        f"it has no entryPoint, so its image decides what it starts, and that is {what or 'not named'}",
        f"give images={{{f'{path}/{container}'!r}: ImageConfig(entrypoint=(…), cmd=(…))}} with what "
        "`docker inspect` shows as Entrypoint and Cmd, or set entry_point, or --skip the container.",
    )


def _name(container: dict[str, Any]) -> str:
    """The name of a container, also of one that has none."""
    return str(container.get("name", ""))
