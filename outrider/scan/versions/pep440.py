"""Versions of Python packages, as PEP 440 orders them. `packaging` reads them.

https://packaging.python.org/en/latest/specifications/version-specifiers/
"""

from packaging.version import InvalidVersion, Version

from outrider.scan.versions.encoding import checked, number, refused, text
from outrider.scan.versions.scheme import Scheme

_END, _MORE = b"\1", b"\2"
_PHASES = {"a": b"\1", "b": b"\2", "rc": b"\3"}
_DEVELOPMENT_OF_RELEASE, _FINAL = b"\0", b"\4"
_WORD, _NUMBER = b"\1", b"\2"


def key(version: str) -> bytes:
    """Order of a version. Raises InvalidInput for what PEP 440 does not know, such as `1.0-custom.x`."""
    whole = checked(version, "PEP 440")
    if not whole.isascii():
        raise refused(version, "PEP 440")
    try:
        parsed = Version(whole)
    except InvalidVersion:
        raise refused(version, "PEP 440") from None
    return b"".join(
        (number(str(parsed.epoch)), _release(parsed), _phase(parsed), _post_and_dev(parsed), _local(parsed))
    )


def _release(version: Version) -> bytes:
    """`1.0` is `1`."""
    release = list(version.release)
    while release and not release[-1]:
        release.pop()
    return b"".join(_MORE + number(str(part)) for part in release) + _END


def _phase(version: Version) -> bytes:
    """A development release of a final one (`1.0.dev1`) comes before the alphas of that."""
    if version.pre is not None:
        return _PHASES[version.pre[0]] + number(str(version.pre[1]))
    return _DEVELOPMENT_OF_RELEASE if version.post is None and version.dev is not None else _FINAL


def _post_and_dev(version: Version) -> bytes:
    post = b"\0" if version.post is None else b"\1" + number(str(version.post))
    dev = b"\1" if version.dev is None else b"\0" + number(str(version.dev))
    return post + dev


def _local(version: Version) -> bytes:
    """None before any; in it, words before numbers."""
    if version.local is None:
        return b"\0"
    parts = version.local.split(".")
    return b"\1" + b"".join(_NUMBER + number(p) if p.isdigit() else _WORD + text(p) for p in parts) + b"\0"


SCHEME = Scheme(name="pep440", key=key)
