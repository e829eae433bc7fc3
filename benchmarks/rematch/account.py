"""An account of our own making: images that share bases, and two databases that differ by some advisories.

Run as a program it makes them: `python -m benchmarks.rematch.account DIR IMAGES APPENDED`. Most images
stand on one of 300 bases (30 distributions' images at ten ages each, of 120 packages) and add some 180
packages of 6,000 names, a few of which nearly everybody has; all together they have some 50,000 packages'
versions."""

import hashlib
import random
import sqlite3
import sys
import time
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories import shard
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.staging import Staging
from outrider.scan.matching.coordinates import Coordinate
from outrider.scan.versions.registry import scheme_of
from scanner_lambda import postings, segments
from scanner_lambda.compaction import compact
from scanner_lambda.index import (
    PENDING,
    File,
    Head,
    Index,
    Row,
    Table,
    file_of,
    head_key,
    write_head,
    write_table,
)
from scanner_lambda.postings import ORDINALS, PARTITIONS, Partition, place

ADVISORIES = 500
"""By which the newer database differs."""

_KNOWN = 20_000
"""Advisories that both databases have."""

_BASES, _AGES, _OF_BASE = 30, 10, 120
_NAMES, _OWN = 6000, 180
_OLD = ((0.2, _BASES), (0.5, _AGES))
"""Which base an image has and how old it is: rates of the exponential distribution."""
_DRAWN = 200_000
"""Packages of images' own that are drawn one by one; images draw from those."""
_ECOSYSTEMS = {"debian-12": "Debian:12", "alpine-v3.20": "Alpine:v3.20", "npm": "npm", "pypi": "PyPI"}


class Folder:
    """Where an index lies on this machine: what S3 is in an account."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self, prefix: str) -> Iterator[str]:
        """As `scanner_lambda.index.Store`, and so all that follows."""
        folder = self.root / prefix
        yield from sorted(
            path.relative_to(self.root).as_posix() for path in folder.rglob("*") if path.is_file()
        )

    def get(self, key: str, limit: int) -> bytes | None:
        """One object."""
        path = self.root / key
        return path.read_bytes()[: limit + 1] if path.is_file() else None

    def get_many(self, keys: Sequence[str], limit: int) -> Iterator[tuple[str, bytes | None]]:
        """Several."""
        yield from ((key, self.get(key, limit)) for key in keys)

    def put(self, key: str, data: bytes) -> None:
        """Write one."""
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def create(self, key: str, data: bytes) -> bool:
        """Write one where there is none."""
        if (self.root / key).exists():
            return False
        self.put(key, data)
        return True

    def delete(self, keys: Sequence[str]) -> None:
        """Delete some."""
        for key in keys:
            (self.root / key).unlink(missing_ok=True)


def images(count: int) -> Iterator[tuple[str, list[Coordinate]]]:
    """The account's images, and what is in them."""
    chance = random.Random(6)  # noqa: S311 - the same account each time
    bases = [[_base(kind, age) for age in range(_AGES)] for kind in range(_BASES)]
    own = [_own(chance) for _ in range(_DRAWN)]
    for number in range(count):
        kind, age = (min(int(chance.expovariate(rate)), most - 1) for rate, most in _OLD)
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        yield f"image:sha256:{digest}", [*bases[kind][age], *chance.choices(own, k=_OWN)]


def compacted(index: Index, count: int) -> None:
    """The index of all images, as compaction leaves it: by the same writers, without the scans' segments."""
    table: Table = []
    added: dict[Coordinate, array[int]] = {}
    for ordinal, (artifact, coordinates) in enumerate(images(count)):
        table.append(Row(artifact, ordinal, artifact[-32:]))
        for one in set(coordinates):
            added.setdefault(one, array(ORDINALS)).append(ordinal)
    partitions: dict[int, Partition] = {number: {} for number in range(PARTITIONS)}
    for (shard_name, name, version), ordinals in added.items():
        versions = partitions[place(shard_name, name)].setdefault((shard_name, name), {})
        versions[version] = ordinals
    files = [_put(index, f"p{number:02}", postings.write(made)) for number, made in partitions.items()]
    head = Head(1, _put(index, "table", write_table(table)), tuple(files))
    index.store.put(head_key(1), write_head(head))


def _put(index: Index, name: str, data: bytes) -> File:
    """A file of the first generation."""
    file = file_of(1, name, data)
    index.store.put(file.key, data)
    return file


def _base(kind: int, age: int) -> list[tuple[str, str, str]]:
    """The packages of a base image: bases share most names, and a tenth of the versions changes with each
    age."""
    where = "debian-12" if kind % 3 else "alpine-v3.20"
    end = "-1" if kind % 3 else "-r1"
    return [
        (
            where,
            f"base-{kind % 5 * 40 + n}",
            f"{1 + (n + kind) % 4}.{(n + age) // 10}.{age * (n % 10 == 0)}{end}",
        )
        for n in range(_OF_BASE)
    ]


def _own(chance: random.Random) -> tuple[str, str, str]:
    """A package of the image's own: few names are everywhere, and each has some versions in use."""
    name = min(int(chance.paretovariate(0.35)), 10**9) * 7919 % _NAMES
    version = min(int(chance.expovariate(0.4)), 8)
    return ("npm" if name % 3 else "pypi", f"own-{name}", f"{1 + version // 3}.{version}.{name % 7}")


def database(changed: bool) -> Database:
    """The older database, or the newer: of every name one advisory in ten is of a base's package."""
    staging = Staging(sqlite3.connect(":memory:", isolation_level=None), lambda name: True)
    for number in range(_KNOWN + ADVISORIES * changed):
        for problem in staging.add(_advisory(number), "made-up"):
            raise AssertionError(problem)
    staging.index()
    made: dict[str, sqlite3.Connection] = {}
    for name in staging.shards():
        made[name] = sqlite3.connect(":memory:", isolation_level=None)
        shard.write(made[name], scheme_of(_ECOSYSTEMS[name]), staging.advisories(name))
        made[name].execute("COMMIT")
    return Database({name: _ECOSYSTEMS[name] for name in made}, made.__getitem__)


def _advisory(number: int) -> Advisory:
    """The last ones are new; all have a severity and a fix that some of the versions in use have."""
    chance = random.Random(number)  # noqa: S311 - the same advisory each time
    if number % 10 == 0:
        where = chance.choice(["debian-12", "alpine-v3.20"])
        name, fixed = f"base-{chance.randrange(280)}", f"{chance.randint(1, 4)}.{chance.randint(0, 12)}.0"
    else:
        name = chance.randrange(_NAMES)
        where = "npm" if name % 3 else "pypi"
        name, fixed = f"own-{name}", f"{chance.randint(1, 3)}.{chance.randint(0, 8)}.0"
    entry = Affected(ecosystem=_ECOSYSTEMS[where], name=name, ranges=(Range(fixed=fixed),))
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    return Advisory(
        id=f"CVE-2026-{10_000 + number}", feed="osv", vectors=(vector,), summary="made up", affected=(entry,)
    )


def main(folder: str, count: str, appended: str) -> None:
    """Make the index in DIR/all, and in DIR/step one of the first `appended` images by appending and
    compacting.

    Says how long appending those took, how long compaction, and the bytes of what was appended and of the
    index of all."""
    compacted(Index(Folder(Path(folder) / "all"), lambda: 0), int(count))
    index = Index(Folder(Path(folder) / "step"), lambda: 0)
    made = [segments.segment(artifact, 0, coordinates) for artifact, coordinates in images(int(appended))]
    started = time.perf_counter()
    for one in made:
        index.store.put(PENDING + segments.name(one), segments.write(one))
    written = time.perf_counter()
    pending = _size(Path(folder) / "step")
    del made
    begun = time.perf_counter()
    compact(index)
    took = time.perf_counter() - begun
    size = _size(Path(folder) / "all")
    sys.stdout.write(f"{written - started} {took} {pending} {size}\n")


def _size(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main(*sys.argv[1:])
