"""How far a task definition or a function is protected as it is now: one of six states, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from outrider.errors import InvalidInput, RefusedDefinition
from outrider.inject import function_names, names
from outrider.inject import function_skips as skips
from outrider.inject.function_pristine import is_wrapped, layers_of
from outrider.inject.function_refusals import Found, architecture_of
from outrider.inject.never_touch import reason_to_skip
from outrider.inject.refusals import BEFORE
from outrider.inject.settings import Settings
from outrider.inject.unpatch import Pristine, pristine


class State(StrEnum):
    """What there is to say of one of them."""

    PROTECTED = "protected"
    NOT = "not protected"
    DRIFTED = "drifted"
    """It was protected, and somebody has taken all or part of it away."""
    OLD = "old"
    """Protected by an older sidecar or layer than the one there is now."""
    UNSUPPORTED = "unsupported"
    """This version cannot protect it."""
    LEFT_OUT = "left out"
    """Somebody asked, by a tag or label, that it be left alone."""


@dataclass(frozen=True, slots=True)
class Protection:
    """A state, and the reason in words."""

    state: State
    why: str
    notes: tuple[str, ...] = field(default=())


_CHECKED = Settings(sidecar_image="any")
"""Settings that only ask whether a definition could be patched at all."""


def of_task_definition(given: Mapping[str, Any], sidecar: str) -> Protection:
    """How far a definition (describe output) is protected; `sidecar`: the image there is now, empty: unknown.

    Raises InvalidInput for what is no task definition.
    """
    try:
        found = pristine(given)
    except InvalidInput as error:
        if not bears_marks(given):
            raise
        return Protection(State.DRIFTED, error.message)
    if not found.was_patched:
        return _unpatched(found)
    loose = [c["name"] for c in _application(found) if c["name"] not in found.restored]
    reasons = {c["name"]: reason_to_skip(c, found.document, _CHECKED) for c in _application(found)}
    bare = [name for name in loose if not reasons[name]]
    if bare:
        return Protection(State.DRIFTED, f"container {', '.join(bare)} is not started by the launcher")
    if not found.restored:
        return Protection(
            State.DRIFTED, "our containers are in it, and no container is started by the launcher"
        )
    notes = tuple(f"container {name}: {reasons[name]}" for name in loose)
    used = str(found.previous[names.AGENT].get("image", ""))
    if sidecar and used != sidecar:
        return Protection(State.OLD, f"its sidecar is {used}, there is {sidecar}", notes)
    return Protection(State.PROTECTED, f"{', '.join(sorted(found.restored))} by {used}", notes)


def bears_marks(given: Mapping[str, Any]) -> bool:
    """Whether anything in a definition has our names, whole or damaged."""
    inner = given.get("taskDefinition")
    containers = (inner if isinstance(inner, Mapping) else given).get("containerDefinitions")
    for container in containers if isinstance(containers, list) else ():
        labels = container.get("dockerLabels") if isinstance(container, dict) else None
        if isinstance(labels, dict) and labels.keys() & {names.ORIGINAL_LABEL, names.COMPONENT_LABEL}:
            return True
    return False


def has_day_zero(given: Mapping[str, Any], container: str) -> bool:
    """Whether the sidecar of a definition is asked to let only the image's programs start in a container."""
    inner = given.get("taskDefinition")
    containers = (inner if isinstance(inner, Mapping) else given).get("containerDefinitions")
    for one in containers if isinstance(containers, list) else ():
        environment = (
            one.get("environment") if isinstance(one, dict) and one.get("name") == names.AGENT else None
        )
        for variable in environment if isinstance(environment, list) else ():
            if isinstance(variable, dict) and variable.get("name") == "OUTRIDER_DAY_ZERO":
                asked = str(variable.get("value", "")).split(",")
                return any(word.startswith(f"{container}=") for word in asked)
    return False


def of_function(found: Found, newest: Mapping[str, str]) -> Protection:
    """How far $LATEST of a function is protected.

    `newest`: layer ARN without its version → the newest version's ARN, where known.
    """
    configuration, tags = found.configuration, found.tags
    if reason := skips.asked_by_tag(configuration, tags):
        return Protection(State.LEFT_OUT, reason)
    if reason := skips.reason_to_skip(configuration, tags):
        return Protection(State.UNSUPPORTED, reason)
    ours = [arn for arn in layers_of(configuration) if _is_defender(arn)]
    if not is_wrapped(configuration):
        return _not_wrapped(found, ours)
    if not ours:
        return Protection(State.DRIFTED, "its wrapper is ours, and the layer that holds it is gone")
    latest = newest.get(function_names.base(ours[-1]), "")
    if latest and latest != ours[-1]:
        return Protection(State.OLD, f"its layer is {_short(ours[-1])}, there is {_short(latest)}")
    return Protection(State.PROTECTED, f"layer {_short(ours[-1])} ({architecture_of(configuration)})")


def _not_wrapped(found: Found, ours: list[str]) -> Protection:
    """A function that our wrapper does not start."""
    if ours or found.original or function_names.MARKER in found.tags:
        return Protection(
            State.DRIFTED, f"it was protected, and {function_names.WRAPPER} is not ours any more"
        )
    runtime = str(found.configuration.get("Runtime", ""))
    if not skips.is_known_runtime(runtime):
        return Protection(State.UNSUPPORTED, f"{runtime or 'no runtime'}: not one this version knows")
    return Protection(State.NOT, "it has no layer of ours")


def _unpatched(found: Pristine) -> Protection:
    """A definition with nothing of ours in it."""
    for refusal in BEFORE:
        try:
            refusal(found, _CHECKED)
        except RefusedDefinition as error:
            return Protection(State.UNSUPPORTED, error.message)
    reasons = [reason_to_skip(c, found.document, _CHECKED) for c in _application(found)]
    if all(reasons):
        return Protection(State.LEFT_OUT, f"each of its containers is left alone: {reasons[0]}")
    return Protection(State.NOT, "it has nothing of ours")


def _application(found: Pristine) -> list[dict[str, Any]]:
    """The containers that are not ours."""
    containers: list[dict[str, Any]] = found.document["containerDefinitions"]
    return containers


def _is_defender(arn: str) -> bool:
    """Whether a layer is the one with the guard, not one that holds a policy."""
    name = function_names.layer_name(arn)
    return function_names.is_our_layer(arn) and not name.startswith(function_names.POLICY_LAYER)


def _short(arn: str) -> str:
    """Name and version of a layer."""
    return f"{function_names.layer_name(arn)}:{arn.rpartition(':')[2]}"
