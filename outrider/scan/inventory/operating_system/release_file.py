"""The distribution of images without os-release: older ones, and those that were cut down.

Only for those: what `os_release` says counts for more (a Ubuntu has a Debian's `debian_version`).
"""

import re
from collections.abc import Callable

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Release
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants

_RED_HAT = re.compile(r"([A-Z][A-Za-z /+-]{1,60}?)(?: Linux)?(?: \w+)? release (\d{1,4}(?:\.\d{1,6}){0,3})\b")
_IDS = {
    "amazon": "amzn",
    "almalinux": "almalinux",
    "centos": "centos",
    "fedora": "fedora",
    "oracle": "ol",
    "red hat": "rhel",
    "rocky": "rocky",
    "scientific": "scientific",
}
"""How the name in the file begins, and os-release's ID of that distribution."""

_NOT_CLONES = {"amzn", "fedora", "rhel"}
"""Those whose os-release does not say that they are like Red Hat's."""


def read(file: File) -> Found:
    """A release. Raises InvalidInput where the file says nothing that we understand."""
    text = file.data.decode("utf-8", "replace").strip()
    release = _READERS[file.path](text)
    if release is None:
        raise InvalidInput(f"it names no release that we know: {text[:80]!r}")
    return Found(release=release)


def _alpine(text: str) -> Release | None:
    """`3.20.3`, `3.21.0_alpha20240807`."""
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){1,2}(?:_\w{1,40})?", text):
        return None
    return Release(id="alpine", version=text, name=f"Alpine Linux {text}")


def _debian(text: str) -> Release | None:
    """`12.5`, of which os-release has the first number, or `trixie/sid` before a release."""
    match = re.fullmatch(r"(\d{1,3})(?:\.\d{1,3}){0,2}|([a-z]{2,30})/sid", text)
    if match is None:
        return None
    if match[1]:
        return Release(id="debian", version=match[1], name=f"Debian GNU/Linux {text}")
    return Release(id="debian", version="", name=f"Debian GNU/Linux {text}", codename=match[2])


def _red_hat(text: str) -> Release | None:
    """`CentOS release 6.10 (Final)`, `Red Hat Enterprise Linux Server release 7.9 (Maipo)`."""
    match = _RED_HAT.match(text)
    if match is None:
        return None
    for begins, identity in _IDS.items():
        if match[1].lower().startswith(begins):
            like = ("fedora",) if identity in _NOT_CLONES else ("rhel", "fedora")
            return Release(id=identity, version=match[2], name=text[:200], like=like)
    return None


_READERS: dict[str, Callable[[str], Release | None]] = {
    "etc/alpine-release": _alpine,
    "etc/debian_version": _debian,
    "etc/redhat-release": _red_hat,
    "etc/system-release": _red_hat,
}

EXTRACTOR = Extractor(
    name="release_file",
    version=1,
    wants=Wants(paths=frozenset(_READERS)),
    limit=limits.OS_RELEASE,
    read=read,
)
