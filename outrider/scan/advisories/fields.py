"""Values out of documents that somebody else wrote: of the type that is wanted, or nothing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document

_NOTHING: Mapping[str, Any] = {}


def parse_json(data: bytes, what: str) -> Any:
    """Parse one JSON document; `what` names it in errors. Raises InvalidInput.

    Readers of feeds do not recurse, so depth is left to the parser, and only text that could hold half a
    surrogate pair is looked at twice: feeds have hundreds of thousands of documents.
    """
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{what} is not UTF-8 text") from None
    except ValueError as error:
        raise InvalidInput(f"{what} is not JSON: {str(error)[:200]}") from None
    if "\\ud" in text or "\\uD" in text:
        json_document.check(value, what)
    return value


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: Any) -> Sequence[Any]:
    """The value if it is a list, else an empty one. Raises InvalidInput when it is too long."""
    if not isinstance(value, list):
        return ()
    if len(value) > limits.ADVISORY_ITEMS:
        raise InvalidInput(f"a list of {len(value)} entries is more than {limits.ADVISORY_ITEMS}")
    return value


def text(value: Any, limit: int = 1024) -> str:
    """The value if it is text, trimmed, at most `limit` characters of it; else nothing."""
    return value.strip()[:limit] if isinstance(value, str) else ""


def texts(value: Any, limit: int = 1024) -> tuple[str, ...]:
    """The texts of a list, empty ones left out."""
    return tuple(filter(None, (text(item, limit) for item in items(value))))


def version(value: Any) -> str:
    """A version: text that is not cut short. Raises InvalidInput when it is too long."""
    if not isinstance(value, str):
        return ""
    if len(value) > limits.VERSION:
        raise InvalidInput(f"a version of {len(value)} characters: {value[:40]}…")
    return value.strip()


def expression(value: Any) -> str:
    """A range expression, not cut short. Raises InvalidInput when it, or a version in it, is too long."""
    if not isinstance(value, str):
        return ""
    words = value[: limits.RANGE_EXPRESSION + 1].split()
    if len(value) > limits.RANGE_EXPRESSION or any(len(word) > limits.VERSION for word in words):
        raise InvalidInput(f"a range expression with more than it can hold: {value[:40]}…")
    return value.strip()


def required(value: Any, what: str) -> str:
    """Text that must be there. Raises InvalidInput."""
    found = text(value, limits.VERSION)
    if not found:
        raise InvalidInput(f"{what} is missing")
    return found


def _no_constant(name: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(f"{name} is not a JSON number")
