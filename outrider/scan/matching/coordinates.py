"""Under which names, in which shards, packages are looked up: what an inverted index is keyed by.

The same rules as in `plan`, but for every database there may ever be: of a distribution whose advisories have
several names all are taken, since which one counts depends on the shards there are."""

from collections.abc import Iterable, Iterator

from outrider.errors import InvalidInput
from outrider.model.package import OS_TYPES, Package, Release
from outrider.scan.advisories.names import package_name, shard_of
from outrider.scan.matching import ecosystems
from outrider.scan.matching.plan import CHECKOUT, system_names

Coordinate = tuple[str, str, str]
"""(shard, package's name as shards keep it, version)."""


def coordinates(packages: Iterable[Package], release: Release | None) -> tuple[Coordinate, ...]:
    """All of an artifact, sorted, each once. Packages that no feed speaks of have none."""
    systems = ecosystems.operating_system(release) if release else ()
    return tuple(sorted({one for package in packages for one in _of(package, systems)}))


def _of(package: Package, systems: tuple[str, ...]) -> Iterator[Coordinate]:
    """Those of one package."""
    if package.type in OS_TYPES:
        for ecosystem in systems:
            for name, version in system_names(package):
                yield from _coordinate(ecosystem, name, version)
        return
    ecosystem = ecosystems.language(package)
    unversioned = package.type == "golang" and package.version == CHECKOUT
    if ecosystem and not package.owner and not unversioned:
        yield from _coordinate(ecosystem, ecosystems.name_in(ecosystem, package), package.version)


def _coordinate(ecosystem: str, name: str, version: str) -> Iterator[Coordinate]:
    """As a database would be asked; none where the ecosystem's name cannot be a shard's."""
    try:
        yield shard_of(ecosystem), package_name(ecosystem, name), version
    except InvalidInput:
        return
