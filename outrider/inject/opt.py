"""Who is protected: what asks for it by a tag, or everything that does not ask to be left alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

TAG = "outrider"
"""The tag on services, task definitions, clusters and functions."""

PROTECT, SKIP = "protect", "skip"
"""Its values; any other is told of and asks for nothing."""


class Opt(StrEnum):
    """What rules where no tag says anything."""

    IN = "in"
    """Nothing is protected that does not ask."""
    OUT = "out"
    """Everything is protected that does not ask to be left alone."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether something is to be protected, and who says so."""

    wanted: bool
    why: str
    asked: bool
    """Whether a tag decided, not the account's rule."""


def choose(opt: Opt, tagged: Sequence[tuple[str, Mapping[str, str]]]) -> Choice:
    """Decide by tags, the nearest first: `[("service", {…}), ("task definition", {…}), ("cluster", {…})]`."""
    unknown = ""
    for where, tags in tagged:
        value = tags.get(TAG)
        if value == PROTECT:
            return Choice(True, f"asked for (tag {TAG}={PROTECT} on the {where})", True)
        if value == SKIP:
            return Choice(False, f"asked for (tag {TAG}={SKIP} on the {where})", True)
        if value is not None and not unknown:
            unknown = f"; the {where}'s tag {TAG}={value[:40]} is neither {PROTECT} nor {SKIP}"
    if opt is Opt.OUT:
        return Choice(True, f"everything is protected but what has the tag {TAG}={SKIP}{unknown}", False)
    return Choice(False, f"nothing asks for it (tag {TAG}={PROTECT}){unknown}", False)


def tagged(
    definition: Mapping[str, Any],
    service: Mapping[str, Any] | None = None,
    cluster_tags: Mapping[str, str] = MappingProxyType({}),
) -> list[tuple[str, Mapping[str, str]]]:
    """What `choose` decides by, of a service or of a definition alone, as ECS describes them."""
    own = ("task definition", plain(definition.get("tags") or []))
    if service is None:
        return [own]
    return [("service", plain(service.get("tags") or [])), own, ("cluster", cluster_tags)]


def plain(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """ECS's list of `{key, value}` as a mapping; a tag without a value has an empty one."""
    return {tag["key"]: tag.get("value", "") for tag in tags if isinstance(tag.get("key"), str)}
