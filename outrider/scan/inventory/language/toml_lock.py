"""Lock files in TOML: what Poetry, uv, PDM, pip (PEP 751) and Cargo write."""

import re
import tomllib
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.language.text import decode

# Strings and comments, so that what is left shows the keys (https://toml.io/en/v1.0.0). Every string that is
# opened is consumed, to the end of the line or file if need be: then the whole takes one pass.
_STRINGS = re.compile(
    r'"""(?:[^\\"]|\\.|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_DOTTED = re.compile(rf"(?<![\w.-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{limits.TOML_KEY_PARTS}}}")


def parse(data: bytes, what: str) -> dict[str, Any]:
    """The document. Raises InvalidInput where it is not TOML, or would take tomllib more than linear time."""
    text = decode(data, what)
    if _DOTTED.search(_STRINGS.sub("s", text)):
        raise InvalidInput(f"{what} has a key of more than {limits.TOML_KEY_PARTS} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deep") from None
    except (ValueError, OverflowError) as error:  # a date that is none, a number of 5,000 digits
        raise InvalidInput(f"{what} is not TOML: {str(error)[:200]}") from None


def tables(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The array of tables `[[key]]`; empty where it is missing. Raises InvalidInput where it is something
    else."""
    value = document.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InvalidInput(f"`{key}` is not an array of tables")
    return value
