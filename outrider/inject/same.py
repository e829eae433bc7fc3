"""Whether two definitions say the same to ECS, which fills in defaults and gives lists in another order."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from outrider.inject import names
from outrider.inject.document import register_form
from outrider.inject.settings import Settings

_UNORDERED = frozenset({"environment", "secrets", "tags", "requiresCompatibilities"})
"""Lists in which the order means nothing."""


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether registering one would make a revision like the other. Raises as `register_form`."""
    return bool(_settled(register_form(one).document) == _settled(register_form(other).document))


def identity(document: Mapping[str, Any], settings: Settings) -> str:
    """What a patched definition is recognised by, 64 hex digits: the application's part and our settings.

    Ours is left out but for the settings: whatever ECS makes of our own containers, the same wish stays the
    same, and is not registered again and again.
    """
    part = register_form(document).document
    part["containerDefinitions"] = [
        container for container in part["containerDefinitions"] if container["name"] not in names.CONTAINERS
    ]
    part["volumes"] = [v for v in part.get("volumes", []) if v.get("name") not in names.VOLUMES]
    said: dict[str, Any] = {
        "sidecar": settings.sidecar_image,
        "mode": settings.mode.value,
        "on_failure": settings.on_failure.value,
        "policy": settings.policy,
        "key": settings.key,
        "log": settings.log,
        "poll_seconds": settings.poll_seconds,
    }
    later: dict[str, Any] = {
        "events_queue": settings.events_queue,
        "switch": settings.switch,
        "day_zero": dict(sorted(settings.day_zero.items())),
        "programs": settings.programs,
    }
    said |= {name: value for name, value in later.items() if value}  # who goes without keeps his identity
    text = json.dumps([_settled(part), said], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _settled(value: Any, name: str = "") -> Any:
    """A value without the defaults ECS fills in, its unordered lists in one order."""
    if isinstance(value, Mapping):
        kept = {key: _settled(inner, key) for key, inner in value.items()}
        return {
            key: inner for key, inner in kept.items() if inner not in ([], {}) and (key, inner) != ("cpu", 0)
        }
    if isinstance(value, list):
        items = [_settled(item) for item in value]
        return (
            sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if name in _UNORDERED else items
        )
    return value
