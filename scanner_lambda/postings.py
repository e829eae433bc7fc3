"""Partitions: a 64th of the inverted index, package → versions → ordinals of the artifacts that have them.

Ordinals are kept as differences of four bytes each, which zstd makes about one of, and far less where many
packages come with the same base image: their lists are the same bytes."""

import hashlib
import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from operator import sub
from typing import Any

from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.scan.advisories.names import is_shard
from outrider.scan.packed import pack, unpack
from scanner_lambda import caps
from scanner_lambda.segments import is_word

FORMAT = 1
"""Version of the partitions' form."""

PARTITIONS = 64
"""How many there are."""

ORDINALS = "I"
"""Type code of arrays of ordinals: four bytes."""

_LEVEL = 6
_LENGTH = 4
_WIDTH = 4

Partition = dict[tuple[str, str], dict[str, "array[int]"]]
"""(shard, name) → version → ordinals of artifacts, ascending, each once."""


def place(shard: str, name: str) -> int:
    """The partition that a package is in."""
    return hashlib.sha256(f"{shard}\n{name}".encode()).digest()[0] % PARTITIONS


def write(partition: Mapping[tuple[str, str], Mapping[str, "array[int]"]]) -> bytes:
    """As bytes: the same for the same partition. Versions that no artifact has are left out."""
    names: list[list[Any]] = []
    lists: list[bytes] = []
    for (shard, name), versions in sorted(partition.items()):
        kept = [(version, ordinals) for version, ordinals in sorted(versions.items()) if ordinals]
        if kept:
            names.append([shard, name, [[version, len(ordinals)] for version, ordinals in kept]])
            lists += [_differences(ordinals) for _, ordinals in kept]
    header = json.dumps([FORMAT, names], separators=(",", ":"), ensure_ascii=False).encode()
    body = len(header).to_bytes(_LENGTH, "little") + header + b"".join(lists)
    return pack(body, _LEVEL)


def _differences(ordinals: "array[int]") -> bytes:
    """Each less the one before, little-endian."""
    steps = array(ORDINALS, [ordinals[0]])
    steps.extend(map(sub, ordinals[1:], ordinals))
    return _little(steps).tobytes()


def _little(values: "array[int]") -> "array[int]":
    """Swapped where the machine is of the other kind."""
    if sys.byteorder == "big":
        values.byteswap()
    return values


def parse(data: bytes, artifacts: int, wanted: Iterable[tuple[str, str]] | None = None) -> Partition:
    """Read what `write` gave; with `wanted` only those packages' lists are made.

    `artifacts`: how many ordinals there are. Raises InvalidInput for anything that `write` would not give."""
    body = unpack(data, caps.INDEX_PARTITION, "the partition")
    start = _LENGTH + int.from_bytes(body[:_LENGTH], "little")
    if len(body) < start:
        raise InvalidInput("the partition is damaged: it is cut short")
    chosen = None if wanted is None else set(wanted)
    found: Partition = {}
    at = start
    for package, version, count in _header(body[_LENGTH:start]):
        end = at + count * _WIDTH
        if end > len(body):
            raise InvalidInput("the partition is damaged: it has fewer postings than it says")
        if chosen is None or package in chosen:
            versions = found.setdefault(package, {})
            if version in versions:
                raise InvalidInput("the partition is damaged: it has a version twice")
            versions[version] = _ordinals(body[at:end], artifacts)
        at = end
    if at != len(body):
        raise InvalidInput("the partition is damaged: it has more postings than it says")
    return found


def _header(data: bytes) -> Iterator[tuple[tuple[str, str], str, int]]:
    """(package, version, length of its list), in the order of the lists."""
    value = json_document.parse(data, "the partition")
    if not isinstance(value, list) or len(value) != 2 or value[0] != FORMAT or not isinstance(value[1], list):
        raise InvalidInput(f"not a partition of form {FORMAT}")
    for entry in value[1]:
        match entry:
            case [str(shard), str(name), [*versions]] if is_shard(shard) and is_word(name):
                for pair in versions:
                    match pair:
                        case [str(version), int(count)] if (
                            is_word(version) and count is not True and count > 0
                        ):
                            yield (shard, name), version, count
                        case _:
                            raise InvalidInput(f"the partition is damaged at {shard} {name[:80]}")
            case _:
                raise InvalidInput("the partition is damaged: an entry is no package")


def _ordinals(data: bytes, artifacts: int) -> "array[int]":
    """A list of postings. Raises InvalidInput unless it ascends and names artifacts there are."""
    steps = array(ORDINALS)
    steps.frombytes(data)
    _little(steps)
    if 0 in steps[1:] or sum(steps) >= artifacts:
        raise InvalidInput("the partition is damaged: its postings do not ascend, or name no artifact")
    return array(ORDINALS, accumulate(steps))
