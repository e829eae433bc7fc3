"""What is known of a layer as JSON, to be kept under its diff ID and used instead of the layer.

Fields that have their default are left out. Text that is no Unicode (names that are not UTF-8) passes: JSON's
escapes carry lone surrogates.
"""

import base64
import binascii
import json
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.walk.contents import LayerContents

FORMAT = 1
"""Raised whenever the document's form changes; documents of another format are not read."""


def dump(contents: LayerContents) -> bytes:
    """The document; the same contents give the same bytes."""
    return _dumped("layer", contents)


def load(data: bytes, fingerprint: str) -> LayerContents:
    """Read a document that was written for the same extractors (`layer.fingerprint`).

    Raises InvalidInput when it is damaged, of another format, or of other extractors: read the layer then.
    """
    contents = _loaded("layer", LayerContents, data, "what is stored of a layer")
    if contents.fingerprint != fingerprint:
        raise InvalidInput("what is stored of a layer was read by other extractors")
    for row in (contents.plain, contents.directories, contents.whiteouts, contents.opaque):
        if len(row) % 8:
            raise InvalidInput("what is stored of a layer is damaged: a path is cut short")
    return contents


_T = TypeVar("_T")


def encode(value: Any) -> bytes:
    """Any frozen value of the model as a document of its own; the same value gives the same bytes."""
    return _dumped("value", value)


def decode(kind: type[_T], data: bytes) -> _T:
    """What `encode` wrote of a dataclass. Raises InvalidInput for anything else."""
    return _loaded("value", kind, data, "a stored value")


def _dumped(field: str, value: Any) -> bytes:
    """A document whose field has the value."""
    document = {"format": FORMAT, field: _plain(value)}
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def _loaded(field: str, kind: type[_T], data: bytes, what: str) -> _T:
    """What `_dumped` wrote of a dataclass; `what` names it in errors. Raises InvalidInput."""
    if len(data) > limits.LAYER_DOCUMENT:
        raise InvalidInput(f"{what} is larger than {limits.LAYER_DOCUMENT} bytes")
    try:
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise InvalidInput(f"{what} has format {document['format']!r}, not {FORMAT}")
        found = _reader(cast(Any, kind))(document[field])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise InvalidInput(f"{what} is damaged: {error}") from None
    if not isinstance(found, kind):
        raise InvalidInput(f"{what} is no {kind.__name__}")
    return found


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: _plain(inner)
            for name, default in _defaults(type(value))
            if (inner := getattr(value, name)) != default or default is MISSING
        }
    return value


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    """Fields of a dataclass with their defaults."""
    return tuple((field.name, field.default) for field in fields(kind))


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """A function that reads a type from JSON. It raises TypeError or ValueError for anything else."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return _optional(inner)
    if origin is tuple:
        return _tuple(inner)
    if kind is bytes:
        return _bytes
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if is_dataclass(kind):
        return _dataclass(kind)
    return _scalar(kind)


def _optional(inner: tuple[Any, ...]) -> Callable[[Any], Any]:
    """`X | None`."""
    (some,) = [kind for kind in inner if kind is not type(None)]
    read = _reader(some)
    return lambda value: None if value is None else read(value)


def _tuple(inner: tuple[Any, ...]) -> Callable[[Any], Any]:
    """A tuple, of any length or of a fixed one."""
    if inner[-1] is Ellipsis:
        each = _reader(inner[0])
        return lambda value: tuple(each(item) for item in _list(value))
    readers = [_reader(kind) for kind in inner]
    return lambda value: tuple(read(item) for read, item in zip(readers, _list(value), strict=True))


def _list(value: Any) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise TypeError("a list was expected")
    return value


def _bytes(value: Any) -> bytes:
    """Base64."""
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def _dataclass(kind: Any) -> Callable[[Any], Any]:
    """An object with the fields of a dataclass."""
    hints = get_type_hints(kind)

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or not value.keys() <= hints.keys():
            raise TypeError(f"a {kind.__name__} was expected")
        return kind(**{name: _reader(hints[name])(inner) for name, inner in value.items()})

    return read


def _scalar(kind: Any) -> Callable[[Any], Any]:
    """Text, a number or a truth value, and no other for it."""

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{kind.__name__} was expected")
        return value

    return read
