"""Reading a raw task definition: each function gives one field in its type, or says plainly what is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from outrider.errors import InvalidInput

Raw = Mapping[str, Any]
"""A JSON object as it came."""


def text(raw: Raw, key: str, where: str, default: str | None = None) -> str:
    """A string field. Raises InvalidInput when it is missing (and has no default) or is no string."""
    value = raw.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise _wrong(where, key, "a string", value)
    return value


def number(raw: Raw, key: str, where: str, default: int | None = None) -> int:
    """A whole number. Raises InvalidInput when it is missing (and has no default) or is none."""
    value = raw.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(where, key, "a whole number", value)
    return value


def flag(raw: Raw, key: str, where: str, *, default: bool = False) -> bool:
    """A boolean; `default` when it is missing."""
    value = raw.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _wrong(where, key, "true or false", value)
    return value


def obj(raw: Raw, key: str, where: str) -> Raw:
    """An object; empty when it is missing."""
    value = raw.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(where, key, "an object", value)
    return value


def texts(raw: Raw, key: str, where: str) -> tuple[str, ...]:
    """A list of strings; empty when it is missing."""
    value = _list(raw, key, where)
    for item in value:
        if not isinstance(item, str):
            raise _wrong(where, key, "a list of strings", value)
    return tuple(value)


def numbers(raw: Raw, key: str, where: str) -> tuple[int, ...]:
    """A list of whole numbers; empty when it is missing."""
    value = _list(raw, key, where)
    for item in value:
        if not isinstance(item, int) or isinstance(item, bool):
            raise _wrong(where, key, "a list of whole numbers", value)
    return tuple(value)


def objects(raw: Raw, key: str, where: str) -> tuple[Raw, ...]:
    """A list of objects; empty when it is missing."""
    value = _list(raw, key, where)
    for item in value:
        if not isinstance(item, Mapping):
            raise _wrong(where, key, "a list of objects", value)
    return tuple(value)


def pairs(raw: Raw, key: str, where: str) -> tuple[tuple[str, str], ...]:
    """A list of `{name, value}` objects, in order; a missing value is the empty string."""
    return tuple(
        (text(item, "name", f"{where}.{key}"), text(item, "value", f"{where}.{key}", ""))
        for item in objects(raw, key, where)
    )


def _list(raw: Raw, key: str, where: str) -> Sequence[Any]:
    """A list; empty when it is missing."""
    value = raw.get(key)
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise _wrong(where, key, "a list", value)
    return value


def _wrong(where: str, key: str, wanted: str, value: object) -> InvalidInput:
    """The error for a field of another type."""
    found = "missing" if value is None else f"{type(value).__name__} {value!r:.60}"
    return InvalidInput(f"{where}.{key}: expected {wanted}, found {found}")
