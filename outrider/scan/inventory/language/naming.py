"""How each ecosystem writes the names of its packages, and what no name or version can be.

Names come out in the normal form of package URLs (https://github.com/package-url/purl-spec, types): PyPI's
with dashes, npm's scope, a Composer vendor and a Maven group as namespace, Go's module path cut at its last
slash.
"""

import re

from outrider import limits

_SEPARATORS = re.compile(r"[-_.]+")
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_EXACT = re.compile(r"v?\d[\w.+!~-]*", re.ASCII)


def pypi(name: str) -> str:
    """PEP 503: lower case, and runs of dash, underscore and dot are one dash."""
    return _SEPARATORS.sub("-", name.strip()).lower()


def npm(name: str) -> tuple[str, str]:
    """Scope (with its `@`, or empty) and name. Lower case, as purl's npm type says of the few old mixed
    ones."""
    scope, slash, bare = name.lower().rpartition("/")
    return (scope, bare) if slash and scope.startswith("@") else ("", name.lower())


def golang(module: str) -> tuple[str, str]:
    """`github.com/pkg` and `errors`. Case is kept: module paths differ by it, and advisories name them so."""
    namespace, _, name = module.strip("/").rpartition("/")
    return namespace, name


def composer(name: str) -> tuple[str, str]:
    """Vendor and name, lower case."""
    vendor, _, bare = name.lower().rpartition("/")
    return vendor, bare


def is_name(name: object) -> bool:
    """Whether it can be a package's name or namespace: text, not empty, not endless, nothing unprintable in
    it."""
    return isinstance(name, str) and 0 < len(name) <= limits.PACKAGE_NAME and not _UNPRINTABLE.search(name)


def is_version(version: object) -> bool:
    """Whether it can be a version at all: text of at most `limits.VERSION` characters, nothing unprintable in
    it."""
    return (
        isinstance(version, str) and 0 < len(version) <= limits.VERSION and not _UNPRINTABLE.search(version)
    )


def is_exact(version: object) -> bool:
    """Whether it names one version: `1.2.3` does; `^1.2`, `*`, `file:../x` and `latest` do not."""
    return is_version(version) and _EXACT.fullmatch(str(version)) is not None


def licence(declared: object) -> str:
    """A declared licence in one line; empty for what is none, such as setuptools' `UNKNOWN`."""
    if not isinstance(declared, str):
        return ""
    lines = declared.strip().splitlines()
    line = " ".join(lines[0].split()) if lines else ""
    line = line.encode("utf-8", "replace").decode()
    return "" if line.upper() in {"UNKNOWN", "NONE"} else line[: limits.PACKAGE_LICENCE]
