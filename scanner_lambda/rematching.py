"""A newer database against all that an account ships, through the inverted index: no image is pulled, no
inventory is read. Each package's version is matched once; its postings say which artifacts that
concerns."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from outrider.errors import InvalidInput
from outrider.model.outcome import Covered, Failed, Outcome
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.delta import Changed
from outrider.scan.matching.anew import Asked, Difference, difference
from scanner_lambda.index import Head, Index, Table, by_place

_WINDOW = 4096
"""Artifacts that are put together at a time."""


@dataclass(frozen=True, slots=True)
class Change:
    """One package at one version of which something else is known than before."""

    shard: str
    name: str
    version: str
    said: Difference


@dataclass(frozen=True, slots=True)
class Affected:
    """One artifact, and which of the changes are its."""

    artifact: str
    changes: tuple[int, ...]
    """Places in `Rematched.changes`, ascending."""


@dataclass(slots=True)
class Rematched:
    """What a newer database changes."""

    table: Table
    changes: list[Change] = field(default_factory=list)
    postings: list["array[int]"] = field(default_factory=list)
    """Of each change, in the same order."""
    versions: int = 0
    """Packages' versions that were matched."""
    outcomes: list[Outcome] = field(default_factory=list)
    since: int = 0

    def affected(self) -> Iterator[Affected]:
        """Each artifact that is concerned, once; a window of them at a time is in memory."""
        for start in range(0, len(self.table), _WINDOW):
            found: dict[int, list[int]] = {}
            for place, ordinals in enumerate(self.postings):
                first = bisect_left(ordinals, start)
                for ordinal in ordinals[first : bisect_left(ordinals, start + _WINDOW, first)]:
                    found.setdefault(ordinal, []).append(place)
            for ordinal in sorted(found):
                row = self.table[ordinal]
                if row is not None and row.at >= self.since:
                    yield Affected(row.artifact, tuple(found[ordinal]))


def rematch(
    index: Index,
    head: Head,
    changed: Sequence[Changed],
    databases: tuple[Database | None, Database],
    *,
    since: int = 0,
) -> Rematched:
    """Match what changed. `databases`: the older, None where it is gone, and the newer.

    `since`: only artifacts scanned then or later, microseconds. A shard or a package that cannot be
    matched is Failed by name, the others are matched. Raises InvalidInput for an index that is
    damaged."""
    done = Rematched(index.table(head), since=since)
    by_package = {(one.shard, one.name): one.advisories for one in changed}
    for number, packages in by_place(by_package).items():
        partition = index.partition(head, number, len(done.table), packages)
        for package in sorted(partition):
            _package(done, package, by_package[package], partition[package], databases)
    words = f"{len(changed)} packages, {done.versions} versions of them matched"
    done.outcomes.insert(0, Covered("changed advisories", words))
    return done


def _package(
    done: Rematched,
    package: tuple[str, str],
    advisories: Collection[str],
    versions: Mapping[str, "array[int]"],
    databases: tuple[Database | None, Database],
) -> None:
    """All versions of one package."""
    shard, name = package
    old, new = databases
    known = [database.shards[shard] for database in (new, old) if database and shard in database.shards]
    if not known or not known[0]:
        done.outcomes.append(Failed(f"{shard} {name}", "neither database has the shard", "build it again"))
        return
    before, after = Asked(old, known[0], name), Asked(new, known[0], name)
    for version, ordinals in sorted(versions.items()):
        done.versions += 1
        try:
            said = difference(before, after, version, advisories)
        except InvalidInput as error:
            done.outcomes.append(Failed(f"{shard} {name} {version}", error.message, error.hint))
            continue
        if said:
            done.changes.append(Change(shard, name, version, said))
            done.postings.append(ordinals)
