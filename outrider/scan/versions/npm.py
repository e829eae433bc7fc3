"""Versions of npm packages: semantic ones, read as loosely as npm reads a package.json.

https://github.com/npm/node-semver: `=v1.2.3`, `1.2.3beta` and `01.02.03` are versions too.
"""

import re

from outrider.scan.versions.encoding import checked, refused
from outrider.scan.versions.scheme import Scheme
from outrider.scan.versions.semver import ordered

_IDENTIFIER = r"(?:[0-9]*[a-zA-Z-][a-zA-Z0-9-]*|[0-9]+)"
_FORM = re.compile(
    rf"[v=\s]*([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-?({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z",
    re.ASCII,
)


def key(version: str) -> bytes:
    """Order of a version; missing minor and patch numbers are 0. Raises InvalidInput for other forms."""
    form = _FORM.match(checked(version, "npm"))
    if not form:
        raise refused(version, "npm")
    return ordered((form[1], form[2], form[3]), form[4])


SCHEME = Scheme(name="npm", key=key)
