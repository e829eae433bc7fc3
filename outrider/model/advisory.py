"""Advisories: what a feed says of a package, in one form for all feeds. Close to OSV's, which most of them
use.

OSV: https://ossf.github.io/osv-schema/
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """Versions `introduced` ≤ v < `fixed`, or ≤ `last_affected`; an empty bound is open."""

    introduced: str = ""
    """Empty (OSV's `0`): from the first version."""
    fixed: str = ""
    last_affected: str = ""
    after: str = ""
    """`after` < v, in place of `introduced`."""
    before: str = ""
    """v < `before`, in place of `fixed`, where nobody says that `before` has the fix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """One package of one ecosystem, and which of its versions."""

    ecosystem: str
    """OSV's name for it, with the release for distributions: `PyPI`, `Debian:12`, `Alpine:v3.20`, `Amazon
    Linux:2023`."""
    name: str
    """As the ecosystem names it, normalised as a package URL would; the source package for deb, apk and rpm
    feeds
    that speak of sources."""
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    """Counted as well as the ranges."""
    arch: str = ""
    """Only this architecture (Amazon Linux, Red Hat); empty: all."""
    severity: str = ""
    """The vendor's word: `high`, `not yet assigned`, `Important`; empty: none given."""
    status: str = ""
    """The vendor's word where nothing is fixed: `no-dsa`, `will_not_fix`."""
    symbols: tuple[str, ...] = ()
    """Functions that are vulnerable, where the feed says so (Go)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """One record of one feed."""

    id: str
    feed: str
    """`osv`, `debian-tracker`, `alpine-secdb`, …"""
    aliases: tuple[str, ...] = ()
    """Names for the same flaw (CVE, GHSA), sorted. `upstream` and `related` of OSV are not aliases, except
    that
    a distribution's advisory names the CVEs it fixes in `upstream`."""
    summary: str = ""
    details: str = ""
    vectors: tuple[str, ...] = ()
    """CVSS vectors as written."""
    severity: str = ""
    """The feed's word, where it gives one for the whole record."""
    cwes: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    withdrawn: str = ""
    """RFC 3339 or date; empty: it stands."""
    references: tuple[str, ...] = ()
    affected: tuple[Affected, ...] = ()
