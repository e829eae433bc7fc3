"""What matching asks of an advisory database, whoever keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from outrider.model.advisory import Advisory
from outrider.model.finding import Exploited


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One advisory that covers one version of one package."""

    advisory: str
    """The record's id within its shard."""
    shard: str
    """`debian-12`, `pypi`."""
    fixed: tuple[str, ...] = ()
    """Versions with the fix in the record's entry for this package, lowest first; those not newer than the
    version that was asked for are left out."""
    severity: str = ""
    """The vendor's word for this package."""
    status: str = ""
    """The vendor's word where nothing is fixed: `no-dsa` …"""
    arch: str = ""
    """Only this architecture; empty: all."""


@dataclass(frozen=True, slots=True)
class Decoration:
    """What is known of a CVE beside any feed."""

    exploited: Exploited | None = None
    epss: float | None = None
    epss_percentile: float | None = None


class Lookup(Protocol):
    """An open advisory database."""

    def covers(self, ecosystem: str) -> bool:
        """Whether there is a shard for an ecosystem, `Debian:12` or `PyPI`. Without one nothing can be
        said."""

    def hits(self, ecosystem: str, name: str, version: str, key: bytes) -> Sequence[Hit]:
        """Advisories that cover this version, withdrawn ones not; `key` is that of the ecosystem's version
        scheme.

        Sorted by advisory. Raises InvalidInput for a damaged shard.
        """

    def advisory(self, shard: str, identity: str) -> Advisory:
        """The whole record. Raises InvalidInput when it is not there or damaged."""

    def decoration(self, cve: str) -> Decoration:
        """KEV and EPSS of a CVE; empty where nothing is known."""
