"""What package.json and the entries of Node's lock files have in common
(https://docs.npmjs.com/cli/configuring-npm)."""

import re
from collections.abc import Mapping
from typing import Any

from outrider.model.package import Evidence, Package
from outrider.scan.inventory.language import naming
from outrider.scan.inventory.language.json_lock import mapping, text
from outrider.scan.inventory.language.listing import names

_NEEDED = ("dependencies", "optionalDependencies")
_SPECIFIER = re.compile(r"(@[^/@\s]+/[^/@\s]+|[^/@\s][^/@\s]*)(?:@(.*))?", re.DOTALL)
_PUBLISHED = re.compile(r"\d+\.\d+\.\d+(?:[-+][\w.+-]*)?", re.ASCII)


def package(
    name: str,
    version: str,
    path: str,
    said: Mapping[str, Any] | None = None,
    *,
    evidence: Evidence = Evidence.DECLARED,
    development: bool = False,
) -> Package:
    """A package of npm's; `said` is its manifest or entry, for licence and dependencies."""
    scope, bare = naming.npm(name)
    said = said or {}
    return Package(
        type="npm",
        namespace=scope,
        name=bare,
        version=version,
        licence=licence(said),
        dependencies=names(key.lower() for field in _NEEDED for key in mapping(said.get(field))),
        evidence=evidence,
        development=development,
        path=path,
    )


def licence(said: Mapping[str, Any]) -> str:
    """`license` as text or in its old form `{type}`; the older list `licenses` offers a choice."""
    declared = said.get("license", said.get("licenses"))
    if isinstance(declared, dict):
        declared = declared.get("type")
    if isinstance(declared, list):
        kinds = [item if isinstance(item, str) else text(mapping(item).get("type")) for item in declared]
        declared = " OR ".join(kind for kind in kinds if kind)
    return naming.licence(declared)


def split(specifier: str) -> tuple[str, str]:
    """`@scope/name@rest` as name and rest; empty text for what is missing or no such thing."""
    match = _SPECIFIER.fullmatch(specifier)
    return (match[1], match[2] or "") if match else ("", "")


def aliased(name: str, wanted: str) -> tuple[str, str]:
    """Name and range behind `npm:other@1`, which installs `other` under the name it stands beside."""
    if wanted.startswith("npm:"):
        real, rest = split(wanted[4:])
        if real and not _is_range(wanted[4:]):
            return real, rest
        return name, wanted[4:]
    return name, wanted


def is_version(version: object) -> bool:
    """Whether it is a version of npm's: three numbers, and perhaps more. Addresses and ranges are none."""
    return naming.is_version(version) and _PUBLISHED.fullmatch(str(version)) is not None


def _is_range(wanted: str) -> bool:
    """Yarn writes `npm:^1.0` for a range of the same package: a name has a letter where a range has none."""
    return not re.match(r"@|[A-Za-z_]", wanted) or re.match(r"[vx][\d.*]*\Z", wanted) is not None
