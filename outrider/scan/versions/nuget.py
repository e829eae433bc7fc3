"""Versions of NuGet packages: semantic ones with a fourth number, and letters of any case.

https://learn.microsoft.com/en-us/nuget/concepts/package-versioning
"""

import re

from outrider.scan.versions.encoding import checked, number, refused, text
from outrider.scan.versions.scheme import Scheme

_FORM = re.compile(
    r"([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]*)?\Z"
)
_END, _NUMBER, _WORD, _FINAL = b"\0", b"\1", b"\2", b"\xff"
_LARGEST = 2**31 - 1
"""NuGet takes a label for a number only where a signed 32-bit one holds it."""


def key(version: str) -> bytes:
    """Order of a version; metadata after `+` do not count. Raises InvalidInput for other forms."""
    form = _FORM.match(checked(version, "NuGet"))
    if not form:
        raise refused(version, "NuGet")
    numbers = b"".join(number(form[place] or "0") for place in (1, 2, 3, 4))
    labels = form[5].lower().split(".") if form[5] else ()
    return numbers + (b"".join(map(_label, labels)) + _END if labels else _FINAL)


def _label(label: str) -> bytes:
    if label.isdigit() and int(label) <= _LARGEST:
        return _NUMBER + number(label)
    return _WORD + text(label)


SCHEME = Scheme(name="nuget", key=key)
