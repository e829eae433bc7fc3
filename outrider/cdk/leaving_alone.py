"""How somebody keeps a construct out: by path, by tag, or by a mark that gives the reason."""

from collections.abc import Iterable, Mapping

import aws_cdk as cdk
from constructs import IConstruct

from outrider.inject import function_names

TAG = "outrider"
"""Tag of an AWS resource; its value `skip` keeps the resource out."""

CONTAINER_LABEL = function_names.SKIP
"""Docker label that keeps one container out, whatever its value but `false`."""

_MARK = "outrider:skip"


def leave_alone(construct: IConstruct, reason: str) -> None:
    """Keep a construct and all beneath it out of every `Protect`; the reason is said at synthesis."""
    construct.node.add_metadata(_MARK, reason)


def reason_for(construct: IConstruct, skip: Iterable[str]) -> str:
    """Why a construct is left alone by its path or by a mark on it or above; empty when it is not."""
    path = construct.node.path
    for name in skip:
        if path == name or path.startswith(f"{name}/"):
            return f"asked for (skip={name})"
    for scope in construct.node.scopes:
        for entry in scope.node.metadata:
            if entry.type == _MARK:
                return f"asked for: {entry.data}"
    return ""


def coming_tags(construct: IConstruct) -> dict[str, str]:
    """Tags that `Tags.of(scope)` will put on a construct: the nearest scope wins.

    They are Aspects themselves, and which of two runs first depends on scopes and on feature flags.
    """
    tags = {}
    for scope in construct.node.scopes:
        for aspect in cdk.Aspects.of(scope).all:
            if isinstance(aspect, cdk.Tag):
                tags[aspect.key] = aspect.value
    return tags


def reason_in_tags(tags: Mapping[str, str]) -> str:
    """Why a resource is left alone by its tags; empty when it is not."""
    if tags.get(TAG) == "skip":
        return f"asked for (tag {TAG}=skip)"
    return f"asked for (tag {function_names.SKIP})" if _says_so(tags) else ""


def is_labelled(labels: object) -> bool:
    """Whether the docker labels of a container keep it out."""
    return isinstance(labels, Mapping) and _says_so(labels)


def _says_so(pairs: Mapping[str, object]) -> bool:
    """Whether the mark that tags and labels share is there, and does not say `false`."""
    value = pairs.get(function_names.SKIP)
    return value is not None and str(value).lower() != "false"
