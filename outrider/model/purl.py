"""Package URLs: a package as one line of text that every tool of the field understands.

https://github.com/package-url/purl-spec; `packageurl` is imported when it is needed: it costs 35 ms.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.package import Package

_KEY = re.compile(r"[a-z][a-z0-9._-]*\Z")
_SOURCE_RPM = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm\Z")


@lru_cache(maxsize=16384)
def to_purl(package: Package, *, upstream: bool = False) -> str:
    """The package's URL. `upstream`: with the qualifier of that name for its source package, as other
    scanners read it.

    What no package URL can say (a name of slashes, one of a megabyte) becomes a generic package with a
    made-up name.
    """
    from packageurl import PackageURL  # noqa: PLC0415 - 35 ms that most commands never need

    qualifiers = {key: value for key, value in package.qualifiers if value and _KEY.match(key)}
    version = package.version
    if package.type == "rpm":
        epoch, colon, rest = version.partition(":")
        if colon and epoch.isdigit():
            qualifiers["epoch"], version = epoch, rest
    if upstream and (package.source_name or package.source_version):
        version_of_it = f"@{package.source_version}" if package.source_version else ""
        qualifiers["upstream"] = (package.source_name or package.name) + version_of_it
    try:
        url = PackageURL(
            package.type,
            _text(package.namespace),
            _text(package.name),
            _text(version),
            {key: _text(value) for key, value in qualifiers.items()},
        ).to_string()
    except (ValueError, TypeError):  # packageurl joins None where a name is blank
        url = ""
    if "@" not in url.partition("?")[0] or len(url) > limits.PURL:  # no version: it was white space
        parts = "\0".join((package.type, package.namespace, package.name, package.version))
        return f"pkg:generic/unnamed@{sha256(_text(parts).encode()).hexdigest()[:32]}"
    return url


def from_purl(text: str) -> Package:
    """The package that a URL names, without anything that only a file could tell.

    The qualifiers `epoch` (rpm, deb) and `upstream` become what they mean. Raises InvalidInput for what is no
    package URL, has no version, or is longer than `limits.PURL`.
    """
    from packageurl import PackageURL  # noqa: PLC0415

    if len(text) > limits.PURL:
        raise InvalidInput(f"a package URL of more than {limits.PURL} characters: {text[:60]}…")
    try:
        url = PackageURL.from_string(text)
    except ValueError as error:
        raise InvalidInput(f"no package URL that reads: {text[:200]!r}: {error}") from None
    if not url.version:
        raise InvalidInput(f"a package URL without a version: {text[:200]!r}")
    given = url.qualifiers if isinstance(url.qualifiers, dict) else {}
    qualifiers = {str(key): str(value) for key, value in given.items()}
    version = url.version
    if url.type in {"rpm", "deb"}:  # for rpm by the specification; Trivy does the same for deb
        epoch = qualifiers.pop("epoch", "")
        if epoch.isdigit() and epoch != "0" and ":" not in version:
            version = f"{epoch}:{version}"
    package = Package(type=url.type, namespace=url.namespace or "", name=url.name, version=version)
    package = with_source(package, *_upstream(url.type, qualifiers.pop("upstream", "")))
    return replace(package, qualifiers=tuple(sorted(qualifiers.items())))


def with_source(package: Package, name: str, version: str) -> Package:
    """The package with its source package; what is no different from its own is left out, as Package wants
    it."""
    return replace(
        package,
        source_name="" if name == package.name else name,
        source_version="" if version == package.version else version,
    )


def _upstream(kind: str, text: str) -> tuple[str, str]:
    """Name and version of the source: `openssl`, `openssl@3.0.1`, or a source RPM's file name."""
    if kind == "rpm" and (found := _SOURCE_RPM.match(text)):
        return found[1], found[2]
    name, _, version = text.partition("@")
    return name, version


def _text(text: str) -> str:
    """Without halves of surrogate pairs, which have no UTF-8 form."""
    return text.encode("utf-8", "backslashreplace").decode()
