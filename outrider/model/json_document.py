"""Reading JSON that somebody else wrote: values come out, or InvalidInput, and never Python's own errors."""

import json
import math
from typing import Any, NoReturn

from outrider import limits
from outrider.errors import InvalidInput


def parse(data: bytes | str, what: str) -> Any:
    """Parse one JSON document; `what` names it in errors, as `the manifest of nginx`.

    Raises InvalidInput for anything that is not JSON, is nested deeper than `limits.DOCUMENT_DEPTH`, or
    carries text that has no UTF-8 form. The caller has capped the size. UTF-8, UTF-16 and UTF-32 are
    recognised.
    """
    try:
        value = json.loads(data, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"{what} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise _too_deep(what) from None
    except ValueError as error:
        raise InvalidInput(f"{what} is not JSON: {error}") from None
    check(value, what)
    return value


def check(value: Any, what: str) -> None:
    """Raise InvalidInput when a value is nested too deep, or has text or a type that JSON cannot carry."""
    pending = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        if depth > limits.DOCUMENT_DEPTH:
            raise _too_deep(what)
        if isinstance(item, str):
            _check_text(item, what)
        elif isinstance(item, dict):
            for key, inner in item.items():
                if not isinstance(key, str):
                    raise InvalidInput(f"{what} has a key that is not text: {key!r}")
                _check_text(key, what)
                pending.append((inner, depth + 1))
        elif isinstance(item, list):
            pending.extend((inner, depth + 1) for inner in item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise InvalidInput(f"{what} has a number that is too large")
        elif not isinstance(item, bool | int | float | None):
            raise InvalidInput(f"{what} holds a {type(item).__name__}, which JSON has no form for")


def _check_text(text: str, what: str) -> None:
    """Half a surrogate pair passes json.loads and then breaks every writer."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"{what} has text that is not Unicode: {text[:40]!r}") from None


def _no_constant(name: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(f"{name} is not a JSON number")


def _too_deep(what: str) -> InvalidInput:
    """The error for nesting over the cap."""
    return InvalidInput(f"{what} is nested deeper than {limits.DOCUMENT_DEPTH} levels")
