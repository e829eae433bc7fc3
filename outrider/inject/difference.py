"""Two definitions as text, and what is between them."""

import difflib
import json
from typing import Any


def text(document: dict[str, Any]) -> str:
    """A definition as it is written to a file: indented JSON, keys in the order they have."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def in_the_order_of(before: Any, after: Any) -> Any:
    """`after` with its keys in the order of `before`, new ones last: only what changed is seen to change.

    Objects in lists are compared with the one at their place, or with one of the same `name`.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [key for key in before if key in after] + [key for key in after if key not in before]
        return {key: in_the_order_of(before.get(key), after[key]) for key in keys}
    if isinstance(before, list) and isinstance(after, list):
        named = {_name(item): item for item in before if _name(item)}
        return [
            in_the_order_of(_counterpart(item, place, before, named), item)
            for place, item in enumerate(after)
        ]
    return after


def unified(before: dict[str, Any], after: dict[str, Any], name: str) -> str:
    """A unified diff of two definitions; empty when they are the same, whatever the order of their keys."""
    lines = difflib.unified_diff(
        text(before).splitlines(),
        text(in_the_order_of(before, after)).splitlines(),
        f"a/{name}",
        f"b/{name}",
        lineterm="",
    )
    return "".join(f"{line}\n" for line in lines)


def _counterpart(item: Any, place: int, before: list[Any], named: dict[str, Any]) -> Any:
    """What an item of a list was before."""
    there = before[place] if place < len(before) else None
    name = _name(item)
    return there if name == _name(there) else named.get(name, there)


def _name(value: Any) -> str:
    """What an object is known by; empty when by nothing."""
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""
