"""Names: of shards, of packages as an ecosystem compares them, and of flaws."""

import re

from outrider.errors import InvalidInput

CVE_SHARD = "cve"
"""The shard that decorates CVEs: KEV and EPSS."""

_CVE = re.compile(r"CVE-(\d{4})-(\d{4,9})\Z", re.ASCII)
_SHARD = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,79}\Z", re.ASCII)
_NOT_IN_SHARDS = re.compile(r"[^a-z0-9.+_]+")
_PEP_503 = re.compile(r"[-_.]+")
_LOWER = frozenset({"pypi", "npm", "go", "nuget", "packagist", "hex", "pub", "github actions"})
"""Ecosystems whose package URLs are lower-case, or that do not tell cases apart."""

DISTRIBUTIONS = frozenset(
    {
        "debian", "ubuntu", "alpine", "amazon linux", "red hat", "rocky linux", "almalinux", "wolfi",
        "chainguard", "opensuse", "suse", "mageia", "photon os", "openeuler", "azure linux", "oracle linux",
        "fedora",
        "minimos", "echo", "alpaquita", "bellsoft hardened containers",
    }
)  # fmt: skip
"""Ecosystems whose packages are those of an operating system, in lower case without the release."""

_RELEASE_OF_CPE = re.compile(r"enterprise_linux:(\d+)(?::.*)?\Z", re.ASCII)


def shard_of(ecosystem: str) -> str:
    """The shard that an ecosystem's advisories are in: `Debian:12` → `debian-12`.

    Ubuntu's `:LTS` says nothing of a release and is left away; Red Hat's products of one major release are
    one shard. Raises InvalidInput for a name that cannot be a file's."""
    base, _, release = ecosystem.partition(":")
    if base == "Red Hat" and (found := _RELEASE_OF_CPE.match(release)):
        release = found[1]
    if base == "Ubuntu":
        release = release.removesuffix(":LTS")
    words = f"{base}-{release}" if release else base
    name = _NOT_IN_SHARDS.sub("-", words.lower()).strip("-")
    if not _SHARD.match(name) or name == CVE_SHARD:
        raise InvalidInput(f"no ecosystem has the name {ecosystem[:80]!r}")
    return name


def is_shard(name: str) -> bool:
    """Whether a name can be a shard's: it becomes part of a file name."""
    return bool(_SHARD.match(name))


def is_distribution(ecosystem: str) -> bool:
    """Whether an ecosystem is an operating system's."""
    return ecosystem.partition(":")[0].lower() in DISTRIBUTIONS


def package_name(ecosystem: str, name: str) -> str:
    """A package's name as shards keep it: two spellings that mean one package become one.

    Used on both sides, when a shard is built and when it is asked.
    """
    base = ecosystem.partition(":")[0].lower()
    if base == "pypi":
        return _PEP_503.sub("-", name).lower()
    return name.lower() if base in _LOWER else name


def cve_number(cve: str) -> int | None:
    """A CVE's name as a number that sorts alike, for keys; None: it is no CVE's."""
    found = _CVE.match(cve)
    return int(found[1]) * 10**9 + int(found[2]) if found else None


def is_cve(name: str) -> bool:
    """Whether it is the name of a CVE."""
    return _CVE.match(name) is not None
