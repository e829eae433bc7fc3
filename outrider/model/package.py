"""Packages: what was installed, bundled or declared, whoever wrote that down."""

from dataclasses import dataclass
from enum import StrEnum

OS_TYPES = frozenset({"apk", "deb", "rpm"})
"""Types of distributions' packages: their own feed speaks of them, their namespace is the distribution."""


class Evidence(StrEnum):
    """How we know of a package."""

    INSTALLED = "installed"
    """A package manager's record of what it put there: dpkg's status, a `*.dist-info`, an installed
    package.json."""
    EMBEDDED = "embedded"
    """Written into a program when it was built: Go's build information, cargo-auditable, a jar's manifest."""
    DECLARED = "declared"
    """Named by a lock file or manifest that lies there; the code itself may not."""
    SIGNATURE = "signature"
    """Recognised by what a bundled file says about itself, such as a banner with name and version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package at one place.

    `type`, `namespace`, `name`, `version` and `qualifiers` are those of a package URL, already in its normal
    form (https://github.com/package-url/purl-spec): PyPI names lower-case with dashes, and so on.
    """

    type: str
    """`deb`, `apk`, `rpm`, `pypi`, `npm`, `maven`, `golang`, `cargo`, `gem`, `nuget`, `composer`,
    `generic`."""
    name: str
    version: str
    """As the package manager writes it: with epoch and revision for OS packages. Never empty."""
    namespace: str = ""
    """`debian`, `alpine`, an npm `@scope`, a Maven group; empty where the type has none."""
    qualifiers: tuple[tuple[str, str], ...] = ()
    """Sorted by key: `arch`, `distro` …"""
    source_name: str = ""
    """The source package it was built from, where that has another name (dpkg `Source:`, apk origin,
    SOURCERPM)."""
    source_version: str = ""
    """The source's version where it differs from `version`."""
    licence: str = ""
    """As declared; an SPDX expression where the declaration was one."""
    dependencies: tuple[str, ...] = ()
    """Names of packages of the same type it needs, sorted, as far as the file says so."""
    evidence: Evidence = Evidence.INSTALLED
    development: bool = False
    """A lock file says that it is only needed while developing."""
    owner: str = ""
    """The OS package that put it there; then only the vendor's feed speaks of it."""
    path: str = ""
    """The file that told, absolute in its artifact: `/var/lib/dpkg/status`; nested as
    `/app.jar!/lib/x.jar`."""
    layer: int = -1
    """Index of the layer it came with, from 0 for the lowest; -1: the artifact has no layers."""

    @property
    def label(self) -> str:
        """How a person would name it: `@scope/name`, `group:name`, `name`."""
        if not self.namespace or self.type in OS_TYPES:
            return self.name
        return f"{self.namespace}{':' if self.type == 'maven' else '/'}{self.name}"


@dataclass(frozen=True, slots=True)
class Owned:
    """Files that an OS package says it put there."""

    package: str
    """Its name."""
    paths: tuple[str, ...]
    """Absolute."""


@dataclass(frozen=True, slots=True)
class Release:
    """The distribution of an artifact, from os-release(5)."""

    id: str
    """`debian`, `alpine`, `amzn`, `rhel`, `ubuntu` … (ID)."""
    version: str
    """`12`, `3.20.3`, `2023` (VERSION_ID); empty for rolling releases such as Debian sid."""
    name: str = ""
    """PRETTY_NAME."""
    like: tuple[str, ...] = ()
    """ID_LIKE."""
    codename: str = ""
    """VERSION_CODENAME."""
