"""Versions of PHP packages, as Composer normalises them and PHP's version_compare() orders them.

Four numbers, or a date; then perhaps a stability (`alpha`, `beta`, `RC`, `patch`) with numbers, then perhaps
`dev`. https://getcomposer.org/doc/articles/versions.md, https://www.php.net/version_compare
"""

import re

from outrider.scan.versions.encoding import checked, number, refused
from outrider.scan.versions.scheme import Scheme

_MODIFIER = r"[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?[0-9]+)*)?)?([.-]?dev)?\Z"
_FLAGS = re.IGNORECASE | re.ASCII
_CLASSICAL = re.compile(rf"v?([0-9]{{1,5}})(\.[0-9]+)?(\.[0-9]+)?(\.[0-9]+)?{_MODIFIER}", _FLAGS)
_DATE = re.compile(rf"v?([0-9]{{4}}(?:[.:-]?[0-9]{{2}}){{1,6}}(?:[.:-]?[0-9]{{1,3}})?){_MODIFIER}", _FLAGS)
_PLACE = r"(?:\.([0-9]+|[xX*]))?"
_BRANCH = re.compile(rf"v?([0-9]+){_PLACE}{_PLACE}{_PLACE}[.-]?dev\Z", _FLAGS)
_STABILITY_FLAG = re.compile(r"@(?:stable|rc|beta|alpha|dev)\Z", re.IGNORECASE)
_METADATA = re.compile(r"\+\S+\Z")
_DIGITS = re.compile(r"[0-9]+")
_WORDS = {"a": "alpha", "b": "beta", "pl": "patch", "p": "patch", "stable": ""}
_NO_END = "9999999"
"""What Composer puts for the x of the branch `1.x-dev`."""

_END, _NUMBER = b"\5", b"\6"
_ORDER = {"dev": b"\1", "alpha": b"\2", "beta": b"\3", "rc": b"\4", "patch": b"\7"}


def key(version: str) -> bytes:
    """Order of a version.

    Raises InvalidInput for what Composer refuses, and for branches by name (`dev-main`): they have no order.
    """
    parts = _parts(version)
    return b"".join(_ORDER.get(part) or _NUMBER + number(part) for part in parts) + _END


def _parts(version: str) -> list[str]:
    """Numbers and words of the normalised version, words in lower case."""
    whole = _STABILITY_FLAG.sub("", checked(version, "Composer"))
    whole = _METADATA.sub("", whole)
    form = _CLASSICAL.match(whole)
    if form:
        numbers = [(form[place] or "0").lstrip(".") for place in (1, 2, 3, 4)]
        return numbers + _modifier(form[5], form[6], form[7])
    form = _DATE.match(whole)
    if form:
        return _DIGITS.findall(form[1]) + _modifier(form[2], form[3], form[4])
    form = _BRANCH.match(whole)
    if not form:
        raise refused(version, "Composer")
    return [part if part and part.isdigit() else _NO_END for part in form.groups()] + ["dev"]


def _modifier(stability: str | None, numbers: str | None, dev: str | None) -> list[str]:
    """`stable` says nothing, and swallows what follows it."""
    word = (stability or "").lower()
    word = _WORDS.get(word, word)
    if stability and not word:
        return []
    return ([word, *_DIGITS.findall(numbers or "")] if word else []) + (["dev"] if dev else [])


SCHEME = Scheme(name="composer", key=key)
