"""Versions of RPM packages: `[epoch:]version[-release]`, ordered as rpm-version(7) and rpmvercmp() do.

A version is a row of numbers and words; everything between them only separates. In one place of the row: `~`
sorts before the end, the end before `^`, that before words, words before numbers. A version without a release
sorts before all that have one.
"""

import re

from outrider.scan.versions.encoding import checked, number, text
from outrider.scan.versions.scheme import Scheme

_PIECES = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")
_EPOCH = re.compile(r"([0-9]*):")
_TILDE, _END, _CARET, _WORD, _NUMBER = b"\1", b"\2", b"\3", b"\4", b"\5"
_NO_RELEASE, _RELEASE = b"\0", b"\1"


def key(version: str) -> bytes:
    """Order of a version; any text is one."""
    whole = checked(version, "rpm")
    epoch = _EPOCH.match(whole)
    rest = whole[epoch.end() :] if epoch else whole
    upstream, dash, release = rest.rpartition("-")
    if not dash:
        upstream, release = rest, ""
    return (
        number(epoch[1] if epoch else "")
        + _row(upstream)
        + (_RELEASE + _row(release) if dash else _NO_RELEASE)
    )


def _row(part: str) -> bytes:
    return b"".join(map(_piece, _PIECES.findall(part))) + _END


def _piece(piece: str) -> bytes:
    if piece == "~":
        return _TILDE
    if piece == "^":
        return _CARET
    if piece.isdigit():
        return _NUMBER + number(piece)
    return _WORD + text(piece)


SCHEME = Scheme(name="rpm", key=key)
