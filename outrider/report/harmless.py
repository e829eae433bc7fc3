"""Text of unknown origin - names in an image, an advisory's words - so that it can do nothing where it is
shown.

Escape sequences move a terminal's cursor and retitle its window; bidirectional marks show a name in another
order than it is compared in (CVE-2021-42574); a line break forges a line of the report. All of these come out
as visible escapes. Printable text of every script stays as it is.
"""

import json
import math
import re
import unicodedata
from html import escape
from typing import Any

LONGEST = 2000
"""Characters shown of one text. Nobody reads more, and a name of a megabyte would hide the rest."""

_LINK = re.compile(r"https?://(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,2000}\Z")


def harmless(text: str, most: int = LONGEST) -> str:
    """One line of printable text: controls, formats, line ends, unassigned and half characters escaped, then
    cut."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _visible(character) for character in text)


def html(text: str, most: int = LONGEST) -> str:
    """For an HTML text or a quoted attribute, and XML as well: harmless, then markup escaped."""
    return escape(harmless(text, most), quote=True)


def unicode(text: str) -> str:
    """The same text with half surrogate pairs (names that are not UTF-8) written out, as JSON must not have
    them."""
    return text.encode("utf-8", "backslashreplace").decode()


def is_link(text: str) -> bool:
    """Whether an address may be given on as a link: http or https, and nothing in it that RFC 3986 has no
    place for."""
    return bool(_LINK.match(text))


def json_text(document: dict[str, Any], depth: int = 2) -> str:
    """A JSON document as every JSON format of ours writes it: ASCII, so that nothing in it can act on a
    terminal.

    Down to `depth` every member has a line of its own; below that a line is one whole value, one finding or
    one package. Lines can be compared and searched, and C writes them, five times as fast as Python would.
    """
    try:
        text = _written(document, depth, "\n")
        usual = "\\ud" not in text
    except ValueError:  # a feed's number that is none: JSON has no NaN
        usual = False
    return (text if usual else _written(_clean(document), depth, "\n")) + "\n"


def _written(value: Any, depth: int, line: str) -> str:
    """A value; `line` is the line end and indentation of what it stands in."""
    if depth == 0 or not value or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=True, allow_nan=False)
    inner = f"{line} "
    if isinstance(value, list):
        return f"[{inner}{f',{inner}'.join(_written(one, depth - 1, inner) for one in value)}{line}]"
    members = (f"{json.dumps(key)}: {_written(one, depth - 1, inner)}" for key, one in value.items())
    return f"{{{inner}{f',{inner}'.join(members)}{line}}}"


def _clean(value: Any) -> Any:
    """A document whose texts are all Unicode and whose numbers are finite. It is ours, a few levels deep."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return value if value.isascii() else unicode(value)
    if isinstance(value, dict):
        return {unicode(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def _visible(character: str) -> str:
    """An escape for one character that does not print; other spaces than the usual one become it."""
    if unicodedata.category(character) == "Zs":
        return " "
    return (
        character.encode("ascii", "backslashreplace").decode() if ord(character) > 0x7F else _ascii(character)
    )


def _ascii(character: str) -> str:
    """As Python and C write a control character."""
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, f"\\x{ord(character):02x}")
