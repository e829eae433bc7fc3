"""Which advisories apply, what vendors say of them, what the workload uses, and what comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from outrider import limits
from outrider.cli.database.opening import open_database
from outrider.cli.files import read_capped
from outrider.cli.scanning import using
from outrider.cli.scanning.options import Options
from outrider.errors import OutriderError
from outrider.model.artifact import Contents, Kind
from outrider.model.behaviour import BehaviourModel
from outrider.model.finding import DatabaseFact, Ignored, Vulnerability
from outrider.model.identity import words_of
from outrider.model.outcome import Failed, Outcome
from outrider.model.package import OS_TYPES, Package
from outrider.scan import risk
from outrider.scan.matching import vex
from outrider.scan.matching.match import match
from outrider.scan.matching.vex import Statement, Suppressed

SOURCES = frozenset({"os", "language"})
"""Members of `Options.only` for which advisories are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is to say of vulnerabilities; with nothing set: they were not looked for."""

    vulnerabilities: tuple[Vulnerability, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    database: DatabaseFact = field(default_factory=DatabaseFact)
    ignored: tuple[Ignored, ...] = ()
    """Those that a VEX statement takes away."""
    complete: bool = False
    """All packages were looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is read before a scan begins: a file that is wrong costs nothing then."""

    models: tuple[BehaviourModel, ...]
    statements: tuple[Statement, ...]
    key: bytes
    """That must have signed the database; empty: none must."""


def prepare(options: Options) -> Knowledge:
    """Read models, VEX documents and the key. Raises InvalidInput, UsageError, EnvironmentFault."""
    key = b""
    if options.database_key:
        from outrider.cli.database import signing  # noqa: PLC0415 - who gives no key does not wait for it

        key = signing.read_key(options.database_key)
    statements = [
        statement
        for path in options.vex
        for statement in vex.parse(read_capped(path, limits.VEX_DOCUMENT, "the VEX document"), path)
    ]
    return Knowledge(models=tuple(using.models(options.models)), statements=tuple(statements), key=key)


def find(contents: Contents, knowledge: Knowledge, options: Options) -> Found:
    """Findings by their risk, what became of the looking, and the database that was asked.

    Without a database there are no findings and a `Failed` outcome: everything else is still worth telling.
    """
    if not options.only & SOURCES:
        return Found()
    now = datetime.combine(options.today, time(), UTC)
    try:
        opened = open_database(options.database, now=now, key=knowledge.key)
    except OutriderError as error:
        return Found(outcomes=(Failed("advisory database", error.message, error.hint),))
    system = "os" in options.only
    try:
        found, outcomes = match(
            asked_for(contents.packages, options.only),
            contents.release if system else None,
            opened.lookup,
            today=options.today.isoformat(),
            age_days=opened.fact.age_days,
            stale_after=options.stale_days,
            expected=system and contents.kind in {Kind.IMAGE, Kind.SBOM},
        )
    finally:
        opened.lookup.close()
    standing, taken = vex.apply(found, knowledge.statements, _names(contents))
    used = using.used(contents, knowledge.models)
    return Found(
        vulnerabilities=risk.assess(risk.in_use(standing, used)),
        outcomes=outcomes,
        database=opened.fact,
        ignored=tuple(map(_ignored, taken)),
        complete=options.only >= SOURCES and not any(isinstance(one, Failed) for one in outcomes),
    )


def asked_for(packages: Iterable[Package], only: frozenset[str]) -> tuple[Package, ...]:
    """Packages of the families that `--only` names."""
    return tuple(one for one in packages if ("os" if one.type in OS_TYPES else "language") in only)


def _names(contents: Contents) -> Sequence[str]:
    """What VEX documents may call the artifact: its reference, its digest, its package URL."""
    if not contents.digest:
        return (contents.name,)
    repository = contents.name.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
    purls = [f"pkg:oci/{repository}@{contents.digest.replace(':', sign)}" for sign in (":", "%3A", "%3a")]
    return (contents.name, contents.digest, contents.digest.removeprefix("sha256:"), *purls)


def _ignored(one: Suppressed) -> Ignored:
    """A finding that a statement takes away, as reports have those that somebody lives with."""
    return Ignored(subject=words_of(one.finding), reason=f"VEX: {one.reason}", owner=one.statement.author)
