"""The version schemes, and which ecosystem uses which.

Ecosystems are named as OSV names them, with the release after a colon where there are releases:
https://ossf.github.io/osv-schema/#defined-ecosystems
"""

from outrider.scan.versions import (
    apk,
    composer,
    dpkg,
    gem,
    go,
    maven,
    npm,
    nuget,
    pep440,
    rpm,
    semver,
)
from outrider.scan.versions.scheme import Scheme

SCHEMES: tuple[Scheme, ...] = (
    apk.SCHEME,
    composer.SCHEME,
    dpkg.SCHEME,
    gem.SCHEME,
    go.SCHEME,
    maven.SCHEME,
    npm.SCHEME,
    nuget.SCHEME,
    pep440.SCHEME,
    rpm.SCHEME,
    semver.SCHEME,
)
"""All of them, by name."""

_BY_ECOSYSTEM = {
    "AlmaLinux": rpm.SCHEME,
    "Alpaquita": apk.SCHEME,
    "Alpine": apk.SCHEME,
    "Amazon Linux": rpm.SCHEME,
    "Azure Linux": rpm.SCHEME,
    "BellSoft Hardened Containers": apk.SCHEME,
    "CentOS": rpm.SCHEME,
    "Chainguard": apk.SCHEME,
    "Debian": dpkg.SCHEME,
    "Echo": dpkg.SCHEME,
    "Fedora": rpm.SCHEME,
    "Go": go.SCHEME,
    "Hex": semver.SCHEME,
    "Mageia": rpm.SCHEME,
    "Maven": maven.SCHEME,
    "MinimOS": apk.SCHEME,
    "Node": semver.SCHEME,
    "NuGet": nuget.SCHEME,
    "Oracle Linux": rpm.SCHEME,
    "Packagist": composer.SCHEME,
    "Photon OS": rpm.SCHEME,
    "Pub": semver.SCHEME,
    "PyPI": pep440.SCHEME,
    "Red Hat": rpm.SCHEME,
    "Rocky Linux": rpm.SCHEME,
    "Ruby": gem.SCHEME,
    "RubyGems": gem.SCHEME,
    "SUSE": rpm.SCHEME,
    "SwiftURL": semver.SCHEME,
    "Ubuntu": dpkg.SCHEME,
    "Wolfi": apk.SCHEME,
    "crates.io": semver.SCHEME,
    "npm": npm.SCHEME,
    "openEuler": rpm.SCHEME,
    "openSUSE": rpm.SCHEME,
}
"""`Node` and `Ruby` are ours: the runtimes themselves, as nodejs-security-wg's core list and ruby-advisory-db
speak of them."""


def scheme_of(ecosystem: str) -> Scheme | None:
    """The scheme of an ecosystem, whatever its release: `Debian:12`, `Ubuntu:22.04:LTS`, `PyPI`.

    None: we know no such ecosystem, and can compare none of its versions.
    """
    return _BY_ECOSYSTEM.get(ecosystem.partition(":")[0])
