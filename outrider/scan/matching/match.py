"""Which advisories apply to which packages. Nothing is passed over in silence.

The rules: an OS package is looked up as its source package, in its release's own feed; a language package in
its ecosystem's, unless an OS package put it there. Nothing is guessed from names alone.
"""

from collections.abc import Sequence

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory
from outrider.model.finding import Vulnerability
from outrider.model.outcome import Covered, Failed, Outcome, Skipped
from outrider.model.package import OS_TYPES, Package, Release
from outrider.scan.advisories.lookup import Hit, Lookup
from outrider.scan.matching import eol
from outrider.scan.matching.merging import Match, findings
from outrider.scan.matching.plan import Question, plan
from outrider.scan.versions.scheme import Scheme

STALE_AFTER = 7.0
"""Days after which a database is too old to be relied on: distributions publish fixes every day."""


def match(
    packages: Sequence[Package],
    release: Release | None,
    lookup: Lookup,
    *,
    today: str,
    age_days: float | None = None,
    stale_after: float = STALE_AFTER,
    expected: bool = True,
) -> tuple[tuple[Vulnerability, ...], tuple[Outcome, ...]]:
    """Findings, sorted, and one outcome for each thing that had to be looked at.

    `today`: ISO date, for what is no longer maintained. `age_days`: of the database, where it is known.
    `expected`: the artifact ought to have packages (an image does, a function of one file need not). Outcomes
    begin with UNSUPPORTED_OS, EOL_OS, NO_PACKAGES or STALE_DB where that is what they say. Raises nothing: a
    damaged shard or a version that cannot be read fails by name.
    """
    asked = plan(packages, release, lookup)
    outcomes = [*_database(age_days, stale_after), *_artifact(packages, release, today, expected)]
    outcomes += asked.outcomes
    found: list[Vulnerability] = []
    for ecosystem, scheme, questions in asked.questions:
        more, told = _Ecosystem(ecosystem, scheme, lookup).ask(questions)
        found += more
        outcomes += told
    return tuple(sorted(found, key=_order)), tuple(outcomes)


def _database(age_days: float | None, stale_after: float) -> list[Outcome]:
    """Too old, where it is."""
    if age_days is None or age_days <= stale_after:
        return []
    error = f"STALE_DB({age_days:.1f} days): what was published since is not known"
    return [Failed("advisory database", error, "`outrider db update`")]


def _artifact(
    packages: Sequence[Package], release: Release | None, today: str, expected: bool
) -> list[Outcome]:
    """What is to be said before any package is looked at."""
    outcomes: list[Outcome] = []
    if not packages:
        words = "NO_PACKAGES: nothing was found that could be compared with advisories"
        subject = "packages"
        outcomes.append(Failed(subject, words) if expected else Skipped(subject, words))
    ended = eol.distribution(release, today) if release else None
    if release and ended:
        words = f"EOL_OS: {ended.words}; flaws found since then are in no advisory of its vendor"
        outcomes.append(Skipped(f"operating system {release.name or release.id}", words))
    return outcomes


def _order(finding: Vulnerability) -> tuple[str, ...]:
    package = finding.package
    return (package.type, package.label, package.version, package.path, str(package.qualifiers), finding.id)


class _Ecosystem:
    """One ecosystem's questions, each distinct name and version asked once."""

    def __init__(self, ecosystem: str, scheme: Scheme, lookup: Lookup) -> None:
        self.ecosystem, self.scheme, self.lookup = ecosystem, scheme, lookup
        self.hits: dict[tuple[str, str], Sequence[Hit]] = {}
        self.records: dict[tuple[str, str], Advisory] = {}
        self.unreadable: dict[str, InvalidInput] = {}

    def ask(self, questions: Sequence[Question]) -> tuple[list[Vulnerability], list[Outcome]]:
        """Findings of all questions, and their outcomes."""
        found: list[Vulnerability] = []
        failed: list[Outcome] = []
        for question in questions:
            try:
                found += self._one(question)
                errors = [self.unreadable[v] for _, v in question.names if v in self.unreadable]
            except InvalidInput as error:
                errors = [error]
            if errors:
                package = question.package
                subject = f"{package.label} {package.version} ({package.path or self.ecosystem})"
                failed.append(Failed(subject, errors[0].message, errors[0].hint))
        count = len(questions) - len(failed)
        covered = (
            [
                Covered(
                    f"{count} package{'s' * (count != 1)} of {self.ecosystem}",
                    f"{len(found)} finding{'s' * (len(found) != 1)}",
                )
            ]
            if count
            else []
        )
        return found, [*covered, *failed]

    def _one(self, question: Question) -> list[Vulnerability]:
        package = question.package
        system = package.type in OS_TYPES
        arch = dict(package.qualifiers).get("arch", "")
        matches: dict[Hit, Match] = {}
        for name, version in question.names:
            for hit in self._hits(name, version):
                if hit.arch and arch and hit.arch != arch:
                    continue
                record = self._record(hit)
                if not record.withdrawn:
                    matches[hit] = Match(hit, record)
        if not matches:
            return []
        return findings(package, list(matches.values()), self.scheme, self.lookup, bundles=system)

    def _hits(self, name: str, version: str) -> Sequence[Hit]:
        known = self.hits.get((name, version))
        if known is None:
            known = self.lookup.hits(self.ecosystem, name, version, self._key(version))
            self.hits[name, version] = known
        return known

    def _record(self, hit: Hit) -> Advisory:
        """Packages of one source share its advisories; each is read once."""
        known = self.records.get((hit.shard, hit.advisory))
        if known is None:
            known = self.records[hit.shard, hit.advisory] = self.lookup.advisory(hit.shard, hit.advisory)
        return known

    def _key(self, version: str) -> bytes:
        """Empty for a version that the scheme refuses; an advisory may list it as it is written."""
        try:
            return self.scheme.key(version)
        except InvalidInput as error:
            self.unreadable[version] = error
            return b""
