"""Which ecosystem's advisories speak of a package, in OSV's names.

For an operating system there may be several names, best first: the database has what its builder was given.
"""

import re
from collections.abc import Callable

from outrider.model.package import Package, Release

LANGUAGES = {
    "cargo": "crates.io",
    "composer": "Packagist",
    "gem": "RubyGems",
    "golang": "Go",
    "maven": "Maven",
    "npm": "npm",
    "nuget": "NuGet",
    "pypi": "PyPI",
}
"""Type of package URL → ecosystem."""

RUNTIMES = {"jruby": "Ruby", "node": "Node", "ruby": "Ruby"}
"""Generic packages that an ecosystem of their own speaks of: the runtimes themselves."""

_DEBIAN = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15"}
"""Code name → release, for the ones that carry no VERSION_ID yet: https://www.debian.org/releases/"""

_ALPINE = re.compile(r"([0-9]+\.[0-9]+)(?:\.[0-9]+)?\Z")


def language(package: Package) -> str:
    """The ecosystem of a language package; empty: no feed speaks of its kind."""
    if package.type == "generic":
        return RUNTIMES.get(package.name, "")
    return LANGUAGES.get(package.type, "")


def name_in(ecosystem: str, package: Package) -> str:
    """The name by which an ecosystem's advisories call a package."""
    if not package.namespace:
        return package.name
    return f"{package.namespace}{':' if ecosystem == 'Maven' else '/'}{package.name}"


def operating_system(release: Release) -> tuple[str, ...]:
    """Names of a distribution's ecosystem, best first; empty: no feed speaks of it."""
    names = _DISTRIBUTIONS.get(release.id)
    return names(release) if names else ()


def _major(release: Release) -> str:
    return release.version.partition(".")[0]


def _debian(release: Release) -> tuple[str, ...]:
    """Testing and sid call themselves by testing's code name, and have no VERSION_ID."""
    if release.version:
        return (f"Debian:{_major(release)}",)
    number = _DEBIAN.get(release.codename)
    return (*((f"Debian:{number}",) if number else ()), "Debian:sid")


def _ubuntu(release: Release) -> tuple[str, ...]:
    return f"Ubuntu:{release.version}:LTS", f"Ubuntu:{release.version}"


def _alpine(release: Release) -> tuple[str, ...]:
    """Edge has versions such as `3.21.0_alpha20240807`."""
    stable = _ALPINE.match(release.version)
    return (f"Alpine:v{stable[1]}",) if stable else ("Alpine:edge",)


def _amazon(release: Release) -> tuple[str, ...]:
    first = "1" if release.version.startswith(("2016", "2017", "2018")) else _major(release)
    return (f"Amazon Linux:{first}",)


def _red_hat(release: Release) -> tuple[str, ...]:
    major = _major(release)
    return f"Red Hat:{major}", f"Red Hat:enterprise_linux:{major}"


def _rocky(release: Release) -> tuple[str, ...]:
    """A clone has its model's packages and versions: without a feed of its own, the model's will do."""
    return f"Rocky Linux:{_major(release)}", *_red_hat(release)


def _alma(release: Release) -> tuple[str, ...]:
    return f"AlmaLinux:{_major(release)}", *_red_hat(release)


def _suse(release: Release) -> tuple[str, ...]:
    major, _, pack = release.version.partition(".")
    return (f"SUSE:Linux Enterprise Server {major}" + (f" SP{pack}" if pack and pack != "0" else ""),)


def _numbered(name: str) -> Callable[[Release], tuple[str, ...]]:
    return lambda release: (f"{name}:{release.version}",)


def _rolling(name: str) -> Callable[[Release], tuple[str, ...]]:
    return lambda release: (name,)


_DISTRIBUTIONS: dict[str, Callable[[Release], tuple[str, ...]]] = {
    "almalinux": _alma,
    "alpaquita": _rolling("Alpaquita"),
    "alpine": _alpine,
    "amzn": _amazon,
    "azurelinux": _numbered("Azure Linux"),
    "centos": _red_hat,
    "chainguard": _rolling("Chainguard"),
    "debian": _debian,
    "fedora": _numbered("Fedora"),
    "mageia": _numbered("Mageia"),
    "mariner": _numbered("Azure Linux"),
    "minimos": _rolling("MinimOS"),
    "ol": lambda release: (f"Oracle Linux:{_major(release)}",),
    "openEuler": _numbered("openEuler"),
    "opensuse-leap": lambda release: (f"openSUSE:Leap {release.version}",),
    "opensuse-tumbleweed": _rolling("openSUSE:Tumbleweed"),
    "photon": _numbered("Photon OS"),
    "rhel": _red_hat,
    "rocky": _rocky,
    "sles": _suse,
    "ubuntu": _ubuntu,
    "wolfi": _rolling("Wolfi"),
}
"""ID of os-release → names of the ecosystem."""
