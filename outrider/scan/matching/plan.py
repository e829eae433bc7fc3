"""What to ask the database: which package, under which names, of which ecosystem; what cannot be asked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from outrider.model.outcome import Failed, Outcome, Skipped
from outrider.model.package import OS_TYPES, Package, Release
from outrider.scan.advisories.lookup import Lookup
from outrider.scan.matching import ecosystems
from outrider.scan.versions.registry import scheme_of
from outrider.scan.versions.scheme import Scheme

CHECKOUT = "(devel)"
"""What Go writes for the version of a program's own module that was not fetched as a module."""


@dataclass(frozen=True, slots=True)
class Question:
    """One package, ready to be looked up."""

    package: Package
    names: tuple[tuple[str, str], ...]
    """(name, version): more than one where feeds differ over whose name counts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to be asked."""

    questions: tuple[tuple[str, Scheme, tuple[Question, ...]], ...]
    """By ecosystem, sorted, with its version scheme."""
    outcomes: tuple[Outcome, ...]
    """Packages that nobody can be asked about."""


def plan(packages: Iterable[Package], release: Release | None, lookup: Lookup) -> Plan:
    """Sort packages by ecosystem; language packages that an OS package put there are the distribution's."""
    found: dict[str, list[Question]] = {}
    system = [package for package in packages if package.type in OS_TYPES]
    outcomes: list[Outcome] = []
    if system:
        ecosystem, outcomes = _of_system(release, len(system), lookup)
        if ecosystem:
            found[ecosystem] = [Question(package, system_names(package)) for package in system]
    owned, strange, unversioned = Counter[str](), Counter[str](), Counter[str]()
    for package in packages:
        if package.type in OS_TYPES:
            continue
        ecosystem = ecosystems.language(package)
        if package.owner:
            owned[package.type] += 1
        elif not ecosystem:
            strange[package.type] += 1
        elif package.type == "golang" and package.version == CHECKOUT:
            unversioned[package.type] += 1
        else:
            names = ((ecosystems.name_in(ecosystem, package), package.version),)
            found.setdefault(ecosystem, []).append(Question(package, names))
    outcomes += _left_out(owned, "they belong to OS packages, and the distribution's feed speaks of those")
    outcomes += _left_out(strange, "no feed speaks of their kind")
    outcomes += _left_out(unversioned, "they were built from a checkout, which has no version")
    known = []
    for name, asked in sorted(found.items()):
        scheme = scheme_of(name)
        if scheme and lookup.covers(name):
            known.append((name, scheme, tuple(asked)))
        else:
            outcomes.append(_without_shard(name, len(asked)))
    return Plan(tuple(known), tuple(outcomes))


def _of_system(release: Release | None, count: int, lookup: Lookup) -> tuple[str, list[Outcome]]:
    """The ecosystem of the OS packages; or what is the matter with them."""
    if not release:
        error = "UNSUPPORTED_OS: there is no os-release that says of which distribution they are"
        return "", [Failed(f"{count} OS packages", error)]
    names = ecosystems.operating_system(release)
    title = release.name or f"{release.id} {release.version}".strip()
    if not names or not scheme_of(names[0]):
        error = f"UNSUPPORTED_OS: we know no advisories for {title}"
        return "", [
            Failed(f"{count} OS packages", error, "the language packages were looked at all the same")
        ]
    return next((name for name in names if lookup.covers(name)), names[0]), []


def system_names(package: Package) -> tuple[tuple[str, str], ...]:
    """The source package; rpm feeds name the one or the other, so both."""
    version = package.source_version or package.version
    if package.type != "rpm":
        return ((package.source_name or package.name, version),)
    epoch, colon, _ = package.version.partition(":")
    if colon and ":" not in version:
        version = f"{epoch}:{version}"  # the name of a source rpm has no epoch
    own = (package.name, package.version)
    source = (package.source_name or package.name, version)
    return (source, own) if own != source else (own,)


def _left_out(counts: Counter[str], reason: str) -> list[Outcome]:
    return [
        Skipped(f"{count} package{'s' * (count != 1)} of type {kind}", reason)
        for kind, count in sorted(counts.items())
    ]


def _without_shard(ecosystem: str, count: int) -> Failed:
    error = f"the database has no advisories for {ecosystem}"
    return Failed(
        f"{count} package{'s' * (count != 1)} of {ecosystem}",
        error,
        "`outrider db update`, or build it with a feed that has",
    )
