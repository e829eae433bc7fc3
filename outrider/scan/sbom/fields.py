"""Fields of a parsed document that may hold anything: what has the wrong type counts as not there."""

from collections.abc import Iterator, Mapping
from typing import Any


def text(value: Mapping[str, Any], key: str) -> str:
    """A text; empty when there is none."""
    found = value.get(key)
    return found if isinstance(found, str) else ""


def table(value: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An object; empty when there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def items(value: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """The objects of a list."""
    found = value.get(key)
    return (one for one in found if isinstance(one, dict)) if isinstance(found, list) else iter(())
