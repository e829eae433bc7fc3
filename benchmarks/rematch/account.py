"""An account of our own making: images that share bases, and two databases that differ by some advisories.

Run as a program it makes them in a folder: `python -m benchmarks.rematch.account DIR IMAGES`. Most images
stand on one of 300 bases (30 distributions' images at ten ages each, of 120 packages) and add some 180
packages of 6,000 names, a few of which nearly everybody has; all together they have some 50,000 packages'
versions."""

import hashlib
import random
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories import shard
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.staging import Staging
from outrider.scan.versions.registry import scheme_of
from scanner_lambda import segments
from scanner_lambda.compaction import compact
from scanner_lambda.index import PENDING, Index

ADVISORIES = 500
"""By which the newer database differs."""

_KNOWN = 20_000
"""Advisories that both databases have."""

_BASES, _AGES, _OF_BASE = 30, 10, 120
_NAMES, _OWN = 6000, 180
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


def images(count: int) -> Iterator[segments.Segment]:
    """The account's images."""
    chance = random.Random(6)  # noqa: S311 - the same account each time
    bases = [[_base(kind, age) for age in range(_AGES)] for kind in range(_BASES)]
    for number in range(count):
        kind = min(int(chance.expovariate(0.2)), _BASES - 1)
        own = [_own(chance) for _ in range(_OWN)]
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        packages = bases[kind][min(int(chance.expovariate(0.5)), _AGES - 1)] + own
        yield segments.segment(f"image:sha256:{digest}", number, packages)


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


def main(folder: str, count: str) -> None:
    """Make the index; says how long writing the segments took, how long compaction, and the bytes of both."""
    index = Index(Folder(Path(folder)), lambda: 0)
    started = time.perf_counter()
    for one in images(int(count)):
        index.store.put(PENDING + segments.name(one), segments.write(one))
    appended = time.perf_counter()
    pending = _size(Path(folder) / "index")
    compact(index)
    took = time.perf_counter() - appended
    sys.stdout.write(f"{appended - started} {took} {pending} {_size(Path(folder) / 'index')}\n")


def _size(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main(*sys.argv[1:])
