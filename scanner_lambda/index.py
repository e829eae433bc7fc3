"""The inverted index: package → versions → artifacts, for all that an account ships.

Scans append segments, one writer at a time makes them part of the next generation (`compaction`). A
generation is 64 partitions of postings and a table that says which artifact an ordinal is; its head,
created last and never changed, names the files. Nothing of this is trusted when it is read."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import json_document
from outrider.model.package import Package, Release
from outrider.scan.matching.coordinates import coordinates
from outrider.scan.packed import pack, unpack
from scanner_lambda import caps, segments
from scanner_lambda.postings import PARTITIONS, Partition, place
from scanner_lambda.postings import parse as parse_partition

PENDING = "index/pending/"
HEADS = "index/heads/"
FILES = "index/files/"

FORMAT = 1
"""Version of the heads' and the tables' form."""

_FILE = re.compile(r"index/files/[0-9]{10}/(table|p[0-9]{2})\.[0-9a-f]{16}\Z")
_HEAD = re.compile(r"index/heads/([0-9]{10})\.json\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_DIGEST = re.compile(r"[0-9a-f]{32}\Z")


class Store(Protocol):
    """Where the index lies: S3 in an account."""

    def list(self, prefix: str) -> Iterator[str]:
        """Keys that begin so, sorted."""

    def get(self, key: str, limit: int) -> bytes | None:
        """An object; None: there is none. Raises InvalidInput when it has more than `limit` bytes."""

    def get_many(self, keys: Sequence[str], limit: int) -> Iterator[tuple[str, bytes | None]]:
        """Objects in the order of their keys, several asked for at once."""

    def put(self, key: str, data: bytes) -> None:
        """Write an object, whatever there is."""

    def create(self, key: str, data: bytes) -> bool:
        """Write an object where there is none; False: there is one."""

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are not there are no error."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a generation."""

    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a generation consists of."""

    generation: int = 0
    """0: nothing was ever compacted."""
    table: File | None = None
    partitions: tuple[File | None, ...] = (None,) * PARTITIONS


@dataclass(frozen=True, slots=True)
class Row:
    """An artifact of the table."""

    artifact: str
    at: int
    digest: str

    @property
    def order(self) -> tuple[int, str]:
        """As `segments.Segment.order`."""
        return self.at, self.digest


Table = list[Row | None]
"""Ordinal → artifact; None: the ordinal is free."""


@dataclass(frozen=True, slots=True)
class Index:
    """The index of one account and region."""

    store: Store
    clock: Callable[[], int]
    """Microseconds since the epoch."""

    def put(
        self, artifact_id: str, packages: Iterable[Package], release: Release | None, *, at: int | None = None
    ) -> None:
        """An artifact consists of this, as of `at`, microseconds since the epoch (default: now).

        Idempotent, and to be called in any order: the latest counts. No packages: it is gone. Raises
        InvalidInput for an id that cannot be one."""
        when = self.clock() if at is None else at
        one = segments.segment(artifact_id, when, coordinates(packages, release))
        self.store.put(PENDING + segments.name(one), segments.write(one))

    def head(self) -> Head:
        """The newest generation. Raises InvalidInput when its head is damaged."""
        newest = max((key for key in self.store.list(HEADS) if _HEAD.match(key)), default="")
        data = self.store.get(newest, caps.INDEX_HEAD) if newest else None
        return parse_head(data, newest) if data is not None else Head()

    def table(self, head: Head) -> Table:
        """Its artifacts. Raises InvalidInput, or EnvironmentFault when it is gone."""
        return parse_table(self._file(head.table, caps.INDEX_TABLE)) if head.table else []

    def partition(
        self, head: Head, number: int, artifacts: int, wanted: Iterable[tuple[str, str]] | None = None
    ) -> Partition:
        """One of its partitions, as `postings.parse`. Raises alike."""
        file = head.partitions[number]
        return parse_partition(self._file(file, caps.INDEX_PARTITION), artifacts, wanted) if file else {}

    def _file(self, file: File, limit: int) -> bytes:
        """A file that has the digest its head names."""
        data = self.store.get(file.key, limit)
        if data is None:
            raise EnvironmentFault(
                f"{file.key} is gone: a newer generation has taken its place", hint="again."
            )
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise InvalidInput(f"{file.key} is not what its head says it is")
        return data


def by_place(names: Iterable[tuple[str, str]]) -> dict[int, list[tuple[str, str]]]:
    """Packages by the partition they are in, both sorted."""
    found: dict[int, list[tuple[str, str]]] = {}
    for shard, name in sorted(set(names)):
        found.setdefault(place(shard, name), []).append((shard, name))
    return dict(sorted(found.items()))


def head_key(generation: int) -> str:
    """Where the head of a generation lies."""
    return f"{HEADS}{generation:010}.json"


def file_of(generation: int, name: str, data: bytes) -> File:
    """Where a generation's file lies: `table`, or `p07`."""
    digest = hashlib.sha256(data).hexdigest()
    return File(f"{FILES}{generation:010}/{name}.{digest[:16]}", digest)


def write_head(head: Head) -> bytes:
    """As bytes."""
    files = [[file.key, file.sha256] if file else None for file in (head.table, *head.partitions)]
    return json.dumps({"format": FORMAT, "generation": head.generation, "files": files}).encode()


def parse_head(data: bytes, key: str) -> Head:
    """Read the head that lies under a key. Raises InvalidInput."""
    value = json_document.parse(data, key)
    named = _HEAD.match(key)
    if not isinstance(value, dict) or value.get("format") != FORMAT or not named:
        raise InvalidInput(f"{key} is no head of form {FORMAT}")
    files = value.get("files")
    if (
        not isinstance(files, list)
        or len(files) != PARTITIONS + 1
        or value.get("generation") != int(named[1])
    ):
        raise InvalidInput(f"{key} does not name the files of its generation")
    table, *partitions = [_parsed_file(file, key) for file in files]
    return Head(int(named[1]), table, tuple(partitions))


def _parsed_file(value: Any, key: str) -> File | None:
    """One file of a head."""
    match value:
        case None:
            return None
        case [str(name), str(digest)] if _FILE.match(name) and _SHA256.match(digest):
            return File(name, digest)
    raise InvalidInput(f"{key} names a file that is none")


def write_table(table: Table) -> bytes:
    """As bytes."""
    rows = [[row.artifact, row.at, row.digest] if row else None for row in table]
    body = json.dumps([FORMAT, rows], separators=(",", ":"), ensure_ascii=False).encode()
    return pack(body)


def parse_table(data: bytes) -> Table:
    """Read what `write_table` gave. Raises InvalidInput."""
    value = json_document.parse(unpack(data, caps.INDEX_TABLE, "the table"), "the table")
    match value:
        case [1, [*rows]]:
            table = [_row(row) for row in rows]
        case _:
            raise InvalidInput(f"not a table of form {FORMAT}")
    names = [row.artifact for row in table if row]
    if len(set(names)) != len(names):
        raise InvalidInput("the table has an artifact twice")
    return table


def _row(value: Any) -> Row | None:
    """One row."""
    match value:
        case None:
            return None
        case [str(artifact), int(at), str(digest)] if (
            0 < len(artifact) <= caps.INDEX_ARTIFACT
            and artifact.isprintable()
            and 0 <= at <= segments.LATEST
            and _DIGEST.match(digest)
        ):
            return Row(artifact, int(at), digest)
    raise InvalidInput("the table has a row that is none")
