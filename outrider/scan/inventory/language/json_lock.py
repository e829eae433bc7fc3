"""Lock files and manifests in JSON, and the few shapes that all of them are made of."""

import json
from collections.abc import Iterator
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput


def parse(data: bytes | str, what: str) -> dict[str, Any]:
    """One JSON object, nested at most `limits.LOCK_DEPTH` deep: npm's first lock file passes DOCUMENT_DEPTH.

    Raises InvalidInput for everything else. Text may hold half a surrogate pair: `naming` refuses names that
    do.
    """
    value = parse_any(data, what)
    if not isinstance(value, dict):
        raise InvalidInput(f"{what} is not a JSON object")
    return value


def parse_any(data: bytes | str, what: str) -> Any:
    """As `parse`, whatever the outermost value is."""
    try:
        value = json.loads(data if isinstance(data, str) else data.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deep") from None
    except ValueError as error:  # its own kind, undecodable bytes, numbers of 5,000 digits
        raise InvalidInput(f"{what} is not JSON: {str(error)[:200]}") from None
    _check_depth(value, what)
    return value


def _check_depth(value: Any, what: str) -> None:
    """Level by level, so that nothing recurses."""
    level = [value]
    for _ in range(limits.LOCK_DEPTH):
        level = [inner for item in level for inner in _containers(item)]
        if not level:
            return
    raise InvalidInput(f"{what} is nested deeper than {limits.LOCK_DEPTH} levels")


def _containers(item: Any) -> list[Any]:
    """The objects and arrays directly within one."""
    inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return [each for each in inner if isinstance(each, dict | list)]


def mapping(value: Any) -> dict[str, Any]:
    """An object, or an empty one for whatever else stands in its place."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """A string, or an empty one for whatever else stands in its place."""
    return value if isinstance(value, str) else ""


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of an array; nothing for whatever else stands in its place."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def entries(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Keys and objects of an object of objects; other values are passed over."""
    for key, item in mapping(value).items():
        if isinstance(key, str) and isinstance(item, dict):
            yield key, item
