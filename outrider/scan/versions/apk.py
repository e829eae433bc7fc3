"""Versions of Alpine (and Wolfi) packages: `digit{.digit}{letter}{_suffix{number}}{~hash}{-rnumber}`.

The order is that of apk-tools 3 (apk-package(5), src/version.c): `_alpha`, `_beta`, `_pre` and `_rc` come
before the version they follow, `_cvs`, `_svn`, `_git`, `_hg` and `_p` after it. A number with a leading zero,
other than the first, compares as a text.
"""

import re

from outrider.scan.versions.encoding import checked, number, refused, text
from outrider.scan.versions.scheme import Scheme

_BEFORE = ("alpha", "beta", "pre", "rc")
_AFTER = ("cvs", "svn", "git", "hg", "p")
_FORM = re.compile(
    r"([0-9]+)((?:\.[0-9]+)*)([a-z]?)"
    rf"((?:_(?:{'|'.join(_BEFORE + _AFTER)})[0-9]*)*)"
    r"(?:~([0-9a-fA-F]+))?(?:-r([0-9]+))?\Z"
)
_SUFFIX = re.compile(r"_([a-z]+)([0-9]*)")
_EARLIER, _END, _REVISION, _HASH = b"\1", b"\2", b"\3", b"\4"
_SUFFIX_NUMBER, _LATER, _LETTER, _DIGITS = b"\5", b"\6", b"\7", b"\x08"
"""What may come next, lowest first: the longer version is newer, but for `_alpha` and its kin."""


def key(version: str) -> bytes:
    """Order of a version. Raises InvalidInput for other forms."""
    form = _FORM.match(checked(version, "apk"))
    if not form:
        raise refused(version, "apk")
    first, digits, letter, suffixes, digest, revision = form.groups()
    pieces = [number(first)]
    pieces.extend(_DIGITS + _digits(part) for part in digits.split(".")[1:])
    if letter:
        pieces.append(_LETTER + letter.encode())
    pieces.extend(_suffix(*suffix.groups()) for suffix in _SUFFIX.finditer(suffixes))
    if digest:
        pieces.append(_HASH + text(digest))
    if revision:
        pieces.append(_REVISION + number(revision))
    return b"".join(pieces) + _END


def _digits(part: str) -> bytes:
    """Those with a leading zero, `0` itself among them, all sort before those without."""
    return b"\0" + text(part) if part.startswith("0") else b"\1" + number(part)


def _suffix(word: str, digits: str) -> bytes:
    if word in _BEFORE:
        piece = _EARLIER + bytes((_BEFORE.index(word),))
    else:
        piece = _LATER + bytes((_AFTER.index(word),))
    return piece + _SUFFIX_NUMBER + number(digits) if digits else piece


SCHEME = Scheme(name="apk", key=key)
