"""Fields of documents that somebody else wrote, in the type they should have, or InvalidInput."""

from collections.abc import Mapping
from typing import Any

from outrider.errors import InvalidInput


def objects(document: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """A list of objects; absent and null are the same as empty."""
    value = document.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InvalidInput(f"{name} is not a list of objects")
    return tuple(value)


def mapping(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object; absent and null are the same as empty."""
    value = document.get(name) or {}
    if not isinstance(value, dict):
        raise InvalidInput(f"{name} is not an object")
    return value


def words(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of strings; absent and null are the same as empty."""
    value = document.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidInput(f"{name} is not a list of strings")
    return tuple(value)


def text(document: Mapping[str, Any], name: str) -> str:
    """A string; absent and null are the same as empty."""
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is not text")
    return value


def switch(document: Mapping[str, Any], name: str) -> bool:
    """A boolean; absent and null are the same as false."""
    value = document.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidInput(f"{name} is neither true nor false")
    return bool(value)
