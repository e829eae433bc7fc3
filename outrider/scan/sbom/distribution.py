"""Which distribution the packages of an SBOM are of, where no component says so in full."""

from collections import Counter
from collections.abc import Iterable

from outrider.model.package import OS_TYPES, Package, Release

CODENAMES = {
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
}
"""Of Debian and Ubuntu, which some tools write instead of the number."""


def release(name: str, version: str, words: str = "") -> Release | None:
    """The release that a component of type operating-system names; None when it has no name.

    Debian's number is that of os-release(5), 12: tools take 12.5 from /etc/debian_version.
    """
    if not name:
        return None
    id = name.lower()
    if id == "debian":
        version = version.partition(".")[0]
    return Release(id, CODENAMES.get(version, version), words)


def of_packages(packages: Iterable[Package]) -> Release | None:
    """The release that most OS packages name in the qualifier `distro`: `debian-12`, `alpine-3.20.3`,
    `bookworm`."""
    told = Counter(
        (value, package.namespace)
        for package in packages
        if package.type in OS_TYPES
        for key, value in package.qualifiers
        if key == "distro"
    )
    if not told:
        return None
    (value, namespace), _ = min(told.items(), key=lambda one: (-one[1], one[0]))
    if value in CODENAMES:
        return release(namespace, value)
    id, _, version = value.rpartition("-")
    return release(id, version) if id else release(value, "")
