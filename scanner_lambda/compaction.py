"""Compaction: what scans appended becomes part of the next generation of the index.

Any number may try at once. Files are written first, under names of their own; the head of the next
generation is created where there is none, which one of them does; the others have worked for nothing and
say so. Segments are deleted after the head is there: a segment that is taken in twice changes nothing. Of
generations the last two are kept, so that whoever reads the one before still finds its files."""

from array import array
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from heapq import heapify, heappop

from outrider.errors import InvalidInput
from outrider.model.outcome import Covered, Failed, Outcome, Skipped
from outrider.scan.matching.coordinates import Coordinate
from scanner_lambda import caps, segments
from scanner_lambda.index import (
    FILES,
    HEADS,
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
from scanner_lambda.postings import write as write_partition
from scanner_lambda.segments import Lexicon

BATCH = 20_000
"""Segments that are taken in at once: some 6,000,000 postings, 24 MiB."""

_SUBJECT = "inverted index"


@dataclass(slots=True)
class _Changes:
    """What a batch of segments changes."""

    table: Table
    taken: list[str] = field(default_factory=list)
    """Keys of the segments that are in it, or that something newer has outrun."""
    damaged: list[str] = field(default_factory=list)
    dead: set[int] = field(default_factory=set)
    """Ordinals whose postings are no longer true."""
    added: dict[int, dict[Coordinate, "array[int]"]] = field(default_factory=dict)
    """Partition → coordinate → new ordinals."""


def compact(
    index: Index, *, batch: int = BATCH, in_time: Callable[[], bool] = lambda: True
) -> tuple[bool, tuple[Outcome, ...]]:
    """Take in what is pending, batch by batch; whether nothing is left of what was there at first.

    Stops when `in_time` says so, or when another writer was quicker. A damaged segment is Failed and
    deleted, so that it holds up nobody."""
    outcomes: list[Outcome] = []
    keys = list(index.store.list(PENDING))
    for start in range(0, len(keys), batch):
        if not in_time():
            left = len(keys) - start
            return False, (*outcomes, Skipped(_SUBJECT, f"{left} segments wait for the next compaction"))
        won, told = _round(index, keys[start : start + batch])
        outcomes += told
        if not won:
            return False, tuple(outcomes)
    return True, tuple(outcomes)


def _round(index: Index, keys: list[str]) -> tuple[bool, list[Outcome]]:
    """One batch into one generation."""
    head = index.head()
    changes = _changes(index, keys, index.table(head))
    files = [_written(index, head, number, changes, len(changes.table)) for number in range(PARTITIONS)]
    table = _put(index, head.generation + 1, "table", write_table(changes.table))
    new = Head(head.generation + 1, table, tuple(files))
    if not index.store.create(head_key(new.generation), write_head(new)):
        return False, [Skipped(_SUBJECT, f"another writer made generation {new.generation}")]
    index.store.delete([*changes.taken, *changes.damaged])
    _tidy(index, head, new)
    outcomes: list[Outcome] = [
        Covered(_SUBJECT, f"generation {new.generation}: {len(changes.taken)} segments taken in")
    ]
    outcomes += [Failed(key, "the segment is damaged", "scan the artifact again") for key in changes.damaged]
    return True, outcomes


def _changes(index: Index, keys: list[str], table: Table) -> _Changes:
    """What segments change of a table. Of an artifact's several only the one that counts is kept."""
    changes = _Changes(table)
    ordinals = {row.artifact: number for number, row in enumerate(table) if row}
    lexicon = Lexicon()
    winners: dict[str, tuple[Row, array[int]]] = {}
    for key, data in index.store.get_many(keys, caps.INDEX_SEGMENT):
        if data is None:
            continue  # another writer took it in, and then its head is there before ours
        try:
            one = segments.parse(data)
            numbers = lexicon.read(one)
        except InvalidInput:
            changes.damaged.append(key)
            continue
        changes.taken.append(key)
        known = winners.get(one.artifact)
        if known is None or known[0].order < one.order:
            winners[one.artifact] = Row(one.artifact, one.at, one.digest), numbers
    free = [number for number, row in enumerate(table) if row is None]
    heapify(free)
    added: defaultdict[int, array[int]] = defaultdict(partial(array, ORDINALS))
    for artifact, (row, numbers) in sorted(winners.items()):
        ordinal = _taken(changes, row, ordinals.get(artifact), free)
        if ordinal is not None:
            for number in numbers:
                added[number].append(ordinal)
    for number, found in added.items():
        shard, name, _ = coordinate = lexicon.coordinates[number]
        changes.added.setdefault(place(shard, name), {})[coordinate] = found
    return changes


def _taken(changes: _Changes, row: Row, ordinal: int | None, free: list[int]) -> int | None:
    """One artifact into the table; the ordinal that its packages get, None: nothing of them is new. One
    whose packages have changed gets another ordinal: no postings are read."""
    known = changes.table[ordinal] if ordinal is not None else None
    if known is not None and ordinal is not None:
        if known.order >= row.order:
            return None
        if known.digest == row.digest:
            changes.table[ordinal] = row
            return None
        changes.table[ordinal] = None
        changes.dead.add(ordinal)
    number = heappop(free) if free else len(changes.table)
    if number == len(changes.table):
        changes.table.append(row)
    else:
        changes.table[number] = row
    return number


def _written(index: Index, head: Head, number: int, changes: _Changes, artifacts: int) -> File | None:
    """A partition with the changes; the file it has where nothing of it changed."""
    added = changes.added.pop(number, {})
    if not added and not changes.dead:
        return head.partitions[number]
    partition = index.partition(head, number, artifacts)
    if changes.dead:
        _bury(partition, changes.dead)
    for (shard, name, version), ordinals in added.items():
        versions = partition.setdefault((shard, name), {})
        versions[version] = _merged(versions.get(version), ordinals)
    return _put(index, head.generation + 1, f"p{number:02}", write_partition(partition))


def _bury(partition: Partition, dead: set[int]) -> None:
    """Leave out ordinals that are no longer true."""
    for versions in partition.values():
        for version, ordinals in versions.items():
            if not dead.isdisjoint(ordinals):
                versions[version] = array(ORDINALS, [one for one in ordinals if one not in dead])


def _merged(old: "array[int] | None", new: "array[int]") -> "array[int]":
    """Two lists as one. New artifacts mostly have the greater ordinals, then nothing is sorted."""
    if not old:
        return array(ORDINALS, sorted(new))
    if old[-1] < min(new):
        return old + array(ORDINALS, sorted(new))
    return array(ORDINALS, sorted({*old, *new}))


def _put(index: Index, generation: int, name: str, data: bytes) -> File:
    """Write a file of a generation."""
    file = file_of(generation, name, data)
    index.store.put(file.key, data)
    return file


def _tidy(index: Index, before: Head, now: Head) -> None:
    """Delete what neither this generation nor the one before has: older ones, and work done for nothing."""
    heads = [key for key in index.store.list(HEADS) if key < head_key(before.generation)]
    named = {file.key for head in (before, now) for file in (head.table, *head.partitions) if file}
    newest = f"{FILES}{now.generation:010}/"
    files = [key for key in index.store.list(FILES) if key not in named and key[: len(newest)] < newest]
    index.store.delete([*heads, *files])
