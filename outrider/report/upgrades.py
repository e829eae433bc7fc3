"""Vulnerabilities by what mends them: one upgrade of one package, and all that it fixes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from outrider.model.artifact import Contents
from outrider.model.finding import Vulnerability
from outrider.model.package import OS_TYPES, Package

_PARTS = re.compile(r"~|\d+|[A-Za-z]+")
_BEFORE = frozenset({"alpha", "beta", "dev", "milestone", "pre", "rc", "snapshot"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """One package - of a distribution, one source package - and where to go."""

    name: str
    version: str
    to: str
    """The newest of the lowest fixed versions: it has every fix that is listed. Empty: there is none."""
    vulnerabilities: tuple[Vulnerability, ...]
    """Most urgent first."""
    packages: tuple[str, ...]
    """Names of the packages it concerns, sorted."""
    places: tuple[str, ...]
    """Files that told of them, sorted."""
    base: bool
    """All of it came with the base image."""
    layer: int
    """The lowest layer it came with; -1 where there are none."""

    @property
    def risk(self) -> tuple[bool, float, int, int]:
        """Larger is more urgent: exploited, then the highest risk, the worst severity, how many."""
        found = self.vulnerabilities
        return (
            any(one.exploited for one in found),
            max(one.risk for one in found),
            max(int(one.severity) for one in found),
            len(self.identities),
        )

    @property
    def identities(self) -> tuple[str, ...]:
        """Names of the vulnerabilities, each once, most urgent first."""
        return tuple(dict.fromkeys(one.id for one in self.vulnerabilities))


def upgrades(contents: Contents, found: Iterable[Vulnerability]) -> list[Upgrade]:
    """Group what has a fix and, apart from it, what has none (`to` is empty); each group most urgent
    first."""
    groups: dict[tuple[str, str, str, bool, bool], list[Vulnerability]] = {}
    for one in found:
        name, version = _source(one.package)
        base = is_base(contents, one.package)
        groups.setdefault((one.package.type, name, version, base, bool(one.fixed)), []).append(one)
    made = [_upgrade(key[1], key[2], key[3], members) for key, members in groups.items()]
    made.sort(key=lambda upgrade: (upgrade.name, upgrade.version, upgrade.to))
    return sorted(made, key=lambda upgrade: upgrade.risk, reverse=True)


def is_base(contents: Contents, package: Package) -> bool:
    """Whether a package came with the base image."""
    return 0 <= package.layer < len(contents.layers) and contents.layers[package.layer].base


def order(version: str) -> tuple[tuple[int, int, str], ...]:
    """A key under which versions of one package sort as people read them; which of several to name is all
    that hangs on it, matching does not use it. `~` and words such as rc sort before the end."""
    parts: list[tuple[int, int, str]] = []
    epoch, colon, rest = version.partition(":")
    for part in _PARTS.findall(rest if colon and epoch.isdigit() else version):
        if part.isdigit():
            digits = part.lstrip("0")
            parts.append((3, len(digits), digits))
        else:
            parts.append((0 if part == "~" else 1 if part.lower() in _BEFORE else 2, 0, part))
    number = epoch.lstrip("0") if colon and epoch.isdigit() else ""
    return ((3, len(number), number), *parts, (1, 1, ""))


def _upgrade(name: str, version: str, base: bool, members: list[Vulnerability]) -> Upgrade:
    members.sort(key=lambda one: (one.id, one.package.label))
    members.sort(key=lambda one: (one.exploited is not None, one.risk, one.severity), reverse=True)
    targets = sorted({one.fixed[0] for one in members if one.fixed})
    return Upgrade(
        name=name,
        version=version,
        to=max(targets, key=order, default=""),
        vulnerabilities=tuple(members),
        packages=tuple(sorted({one.package.label for one in members})),
        places=tuple(sorted({one.package.path for one in members} - {""})),
        base=base,
        layer=min(one.package.layer for one in members),
    )


def _source(package: Package) -> tuple[str, str]:
    """What is upgraded as one: the source package of a distribution, else the package itself."""
    if package.type not in OS_TYPES:
        return package.label, package.version
    return package.source_name or package.name, package.source_version or package.version
