"""Versions of Go modules (https://go.dev/ref/mod#versions) and of Go itself (https://go.dev/doc/toolchain).

Modules have semantic versions with a `v`; pseudo-versions are prereleases, `+incompatible` does not count.
Go's own releases (`go1.22rc1`, `1.22.3`) are read as Go's vulnerability database writes them: `1.22.0-rc.1`.
"""

import re

from outrider.scan.versions import semver
from outrider.scan.versions.encoding import checked, refused
from outrider.scan.versions.scheme import Scheme

_TOOLCHAIN = re.compile(r"(?:go)?([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(?:(alpha|beta|rc)([0-9]+))?\Z")
_OWN_BUILD = re.compile(r"(go[0-9][0-9a-z.]*)(?:[-+ ].*)?\Z", re.DOTALL)
"""`go1.22.3 X:boringcrypto`, `go1.22.3-vendor`: the release they were built from counts."""


def key(version: str) -> bytes:
    """Order of a version. Raises InvalidInput for other forms, such as `(devel)`."""
    whole = checked(version, "Go")
    built = _OWN_BUILD.match(whole)
    release = _TOOLCHAIN.match(built[1] if built else whole)
    if release:
        phase = f"{release[4]}.{release[5]}" if release[4] else None
        return semver.ordered((release[1], release[2], release[3]), phase)
    if built:
        raise refused(version, "Go")
    return semver.key(whole)


SCHEME = Scheme(name="go", key=key)
