"""Several records of the same flaw become one finding, the CVE's name first.

Records are the same flaw when one's name is among the other's aliases, directly or through a third. The
advisories of distributions (DSA, ALAS, RHSA, USN) are bundles instead: each CVE that they fix is a finding of
its own, and the advisory is named in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outrider.model.advisory import Advisory
from outrider.model.finding import Vulnerability
from outrider.model.package import Package
from outrider.scan.advisories.lookup import Decoration, Hit, Lookup
from outrider.scan.matching import severity
from outrider.scan.versions.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Match:
    """A record that covers the package, and what it says of it."""

    hit: Hit
    record: Advisory

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the flaw."""
        return (self.record.id, *self.record.aliases)


def is_cve(name: str) -> bool:
    """Whether a name is a CVE's."""
    return name.startswith("CVE-")


def findings(
    package: Package, matches: Sequence[Match], scheme: Scheme, lookup: Lookup, *, bundles: bool
) -> list[Vulnerability]:
    """One for each flaw, sorted by name. `bundles`: the records are of a distribution."""
    groups = _bundled(matches) if bundles else _joined(matches)
    return [_finding(package, names, group, scheme, lookup) for names, group in sorted(groups.items())]


def _bundled(matches: Iterable[Match]) -> dict[tuple[str, ...], list[Match]]:
    """By CVE; a record without one stands for itself."""
    groups: dict[tuple[str, ...], list[Match]] = {}
    for match in matches:
        cves = [match.record.id] if is_cve(match.record.id) else sorted(filter(is_cve, match.record.aliases))
        for name in cves or [match.record.id]:
            groups.setdefault((name,), []).append(match)
    return groups


def _joined(matches: Iterable[Match]) -> dict[tuple[str, ...], list[Match]]:
    """Union-find over all names; the key is the group's names, the best first."""
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            parents[name] = name = parents[parents[name]]
        return name

    ordered = sorted(matches, key=lambda match: (match.record.id, match.hit.shard))
    for match in ordered:
        for alias in match.record.aliases:
            parents[root(alias)] = root(match.record.id)
    groups: dict[str, list[Match]] = {}
    for match in ordered:
        groups.setdefault(root(match.record.id), []).append(match)
    return {_best_first(group): group for group in groups.values()}


def _best_first(group: Iterable[Match]) -> tuple[str, ...]:
    """CVEs before other names; the records' own ids before mere aliases; then the smallest."""
    own = {match.record.id for match in group}
    names = {name for match in group for name in match.names}
    return tuple(sorted(names, key=lambda name: (not is_cve(name), name not in own, name)))


def _finding(
    package: Package, names: tuple[str, ...], group: list[Match], scheme: Scheme, lookup: Lookup
) -> Vulnerability:
    identity = names[0]
    group = sorted(group, key=lambda match: (match.record.id != identity, match.record.id, match.hit.shard))
    records = [match.record for match in group]
    known = severity.scores((vector, _voice(match)) for match in group for vector in match.record.vectors)
    word, voice = severity.decide(_words(group), known)
    decoration = _decoration(names, lookup)
    return Vulnerability(
        id=identity,
        aliases=tuple(sorted(names[1:])),
        package=package,
        severity=word,
        severity_source=voice,
        scores=known,
        cwes=_united(record.cwes for record in records),
        summary=next((record.summary for record in records if record.summary), ""),
        fixed=fixed_versions((match.hit.fixed for match in group), scheme),
        status=next((match.hit.status for match in group if match.hit.status), ""),
        feed=group[0].hit.shard,
        advisories=_united([record.id] for record in records),
        references=_united(record.references for record in records),
        published=min((record.published[:10] for record in records if record.published), default=""),
        exploited=decoration.exploited,
        epss=decoration.epss,
        epss_percentile=decoration.epss_percentile,
    )


def _voice(match: Match) -> str:
    """Who speaks: the distribution, or the database that numbered the record."""
    base = match.hit.shard.rstrip("0123456789.-v")
    kind = match.record.id.partition("-")[0].lower()
    return base if kind == "cve" or not kind.isalpha() else kind


def _words(group: Iterable[Match]) -> list[tuple[str, str]]:
    """The vendor's word for the package before that for the whole record, in the records' order."""
    words = []
    for match in group:
        words += [(match.hit.severity, _voice(match)), (match.record.severity, _voice(match))]
    return words


def _united(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({text for part in parts for text in part if text}))


def fixed_versions(parts: Iterable[Sequence[str]], scheme: Scheme) -> tuple[str, ...]:
    """All versions with a fix, lowest first, each once however it is written. Raises InvalidInput."""
    by_key: dict[bytes, str] = {}
    for version in sorted({version for part in parts for version in part}):
        by_key.setdefault(scheme.key(version), version)
    return tuple(version for _, version in sorted(by_key.items()))


def _decoration(names: Iterable[str], lookup: Lookup) -> Decoration:
    """What is known of the CVEs among the names; where there are several, the worst of each."""
    found = [lookup.decoration(name) for name in names if is_cve(name)]
    exploited = sorted((d.exploited for d in found if d.exploited), key=lambda one: one.added)
    scored = [d for d in found if d.epss is not None]
    likely = max(scored, key=lambda d: d.epss or 0.0, default=Decoration())
    return Decoration(exploited[0] if exploited else None, likely.epss, likely.epss_percentile)
