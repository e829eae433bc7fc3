"""Semantic versions, as crates.io and OSV's SEMVER ranges use them: https://semver.org/

Missing minor and patch numbers are 0 and a leading `v` is passed over: advisories are written by people.
"""

import re
from collections.abc import Iterable

from outrider.scan.versions.encoding import checked, number, refused, text
from outrider.scan.versions.scheme import Scheme

_FORM = re.compile(
    r"[vV]?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?\Z"
)
_END, _NUMBER, _WORD, _FINAL = b"\0", b"\1", b"\2", b"\xff"


def key(version: str) -> bytes:
    """Order of a version; build metadata does not count. Raises InvalidInput for other forms."""
    form = _FORM.match(checked(version, "semantic"))
    if not form:
        raise refused(version, "semantic")
    return ordered((form[1], form[2], form[3]), form[4])


def ordered(numbers: Iterable[str | None], prerelease: str | None) -> bytes:
    """Order of a version that was taken apart: of its numbers, and of its dotted prerelease if any."""
    return b"".join(number(part or "0") for part in numbers) + _prerelease(prerelease)


def _prerelease(prerelease: str | None) -> bytes:
    """Numbers before words, fewer before more, and all of them before the version itself."""
    if not prerelease:
        return _FINAL
    parts = prerelease.split(".")
    return b"".join(_NUMBER + number(p) if p.isdigit() else _WORD + text(p) for p in parts) + _END


SCHEME = Scheme(name="semver", key=key)
