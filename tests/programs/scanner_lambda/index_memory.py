"""A store in memory, which counts what is asked of it; and what an index holds, as a plain dictionary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from outrider.errors import InvalidInput
from scanner_lambda.index import Index
from scanner_lambda.postings import PARTITIONS

Held = dict[str, frozenset[tuple[str, str, str]]]


@dataclass
class Memory:
    objects: dict[str, bytes] = field(default_factory=dict)

    def list(self, prefix: str) -> Iterator[str]:
        yield from sorted(key for key in self.objects if key.startswith(prefix))

    def get(self, key: str, limit: int) -> bytes | None:
        data = self.objects.get(key)
        if data is not None and len(data) > limit:
            raise InvalidInput(f"{key} has more than {limit} bytes")
        return data

    def get_many(self, keys: Sequence[str], limit: int) -> Iterator[tuple[str, bytes | None]]:
        for key in keys:
            yield key, self.get(key, limit)

    def put(self, key: str, data: bytes) -> None:
        self.objects[key] = data

    def create(self, key: str, data: bytes) -> bool:
        if key in self.objects:
            return False
        self.objects[key] = data
        return True

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)


def held(index: Index) -> Held:
    """Artifact → its coordinates, read back from what was compacted."""
    head = index.head()
    table = index.table(head)
    found: dict[str, set[tuple[str, str, str]]] = {row.artifact: set() for row in table if row}
    for number in range(PARTITIONS):
        for (shard, name), versions in index.partition(head, number, len(table)).items():
            for version, ordinals in versions.items():
                for ordinal in ordinals:
                    row = table[ordinal]
                    assert row is not None, "a posting of an artifact that is gone"
                    found[row.artifact].add((shard, name, version))
    return {artifact: frozenset(coordinates) for artifact, coordinates in found.items()}
