"""One package at one version under two databases: which of its findings are new, changed, or gone.

Only what the changed advisories speak of is looked at, and with it the unchanged ones that tell of the
same flaw under another name: a flaw that another record had told of before is not new."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory
from outrider.model.finding import Vulnerability
from outrider.model.package import Package
from outrider.scan.advisories.lookup import Hit, Lookup
from outrider.scan.advisories.names import is_distribution
from outrider.scan.matching.ecosystems import LANGUAGES
from outrider.scan.matching.merging import Match, findings
from outrider.scan.versions.registry import scheme_of

_TYPES = {ecosystem: type_ for type_, ecosystem in LANGUAGES.items()} | {"Node": "generic", "Ruby": "generic"}
_SYSTEMS = {"dpkg": "deb", "apk": "apk", "rpm": "rpm"}
"""Version scheme of a distribution → type of its packages."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a newer database says of one package at one version that the older did not."""

    appeared: tuple[Vulnerability, ...] = ()
    changed: tuple[Vulnerability, ...] = ()
    """As they are now: another severity, fix, status, or exploited by now."""
    gone: tuple[str, ...] = ()
    """Ids of findings that no advisory backs any more."""

    def __bool__(self) -> bool:
        return bool(self.appeared or self.changed or self.gone)


@dataclass(slots=True)
class Asked:
    """One package's advisories in one database, each read once for all of its versions."""

    lookup: Lookup | None
    """None: there is no such database; then nothing is known."""
    ecosystem: str
    name: str
    _records: dict[str, Advisory] = field(default_factory=dict)

    def matches(self, version: str) -> list[Match]:
        """All advisories that cover a version. Raises InvalidInput for a damaged shard."""
        scheme = scheme_of(self.ecosystem)
        if self.lookup is None or scheme is None:
            return []
        try:
            key = scheme.key(version)
        except InvalidInput:
            key = b""  # an advisory may list it letter by letter
        hits = self.lookup.hits(self.ecosystem, self.name, version, key)
        found = [Match(hit, self._record(self.lookup, hit)) for hit in hits]
        return [one for one in found if not one.record.withdrawn]

    def _record(self, lookup: Lookup, hit: Hit) -> Advisory:
        """One record."""
        known = self._records.get(hit.advisory)
        if known is None:
            known = self._records[hit.advisory] = lookup.advisory(hit.shard, hit.advisory)
        return known

    def findings(self, matches: Sequence[Match], version: str) -> dict[str, Vulnerability]:
        """What they come to, by id. Raises InvalidInput for a fix that is no version."""
        scheme = scheme_of(self.ecosystem)
        if self.lookup is None or scheme is None or not matches:
            return {}
        system = is_distribution(self.ecosystem)
        kind = _SYSTEMS.get(scheme.name, "generic") if system else _TYPES.get(self.ecosystem, "generic")
        package = Package(type=kind, name=self.name, version=version)
        found = findings(package, matches, scheme, self.lookup, bundles=system)
        return {one.id: one for one in found}


def difference(before: Asked, after: Asked, version: str, advisories: Collection[str]) -> Difference:
    """What is said anew of one version. Raises InvalidInput for a damaged shard."""
    old, new = before.matches(version), after.matches(version)
    names = {name for one in (*old, *new) if one.record.id in advisories for name in _names(one.record)}
    if not names:
        return Difference()
    names = _closed(names, (*old, *new))
    was = before.findings([one for one in old if one.record.id in names], version)
    now = after.findings([one for one in new if one.record.id in names], version)
    return Difference(
        appeared=tuple(one for name, one in now.items() if name not in was),
        changed=tuple(one for name, one in now.items() if name in was and _said(one) != _said(was[name])),
        gone=tuple(sorted(was.keys() - now.keys())),
    )


def _closed(names: set[str], matches: Sequence[Match]) -> set[str]:
    """These names, and all others of the records that have one of them."""
    rest = [set(_names(one.record)) for one in matches]
    while more := [some for some in rest if not names.isdisjoint(some) and not some <= names]:
        names = names.union(*more)
    return names


def _names(record: Advisory) -> tuple[str, ...]:
    """All names of a record's flaws."""
    return (record.id, *record.aliases)


def _said(one: Vulnerability) -> tuple[object, ...]:
    """What somebody would want to be told of again. A score of EPSS is not."""
    return one.severity, one.fixed, one.status, one.exploited
