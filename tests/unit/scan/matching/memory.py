"""A database in memory, for tests: what an advisory says, evaluated by version keys."""

from collections.abc import Iterable, Sequence

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories.lookup import Decoration, Hit
from outrider.scan.versions.registry import scheme_of


class Memory:
    """A Lookup over advisories. Withdrawn ones are hit all the same: matching has to leave them out."""

    def __init__(
        self,
        advisories: Iterable[Advisory] = (),
        decorations: dict[str, Decoration] | None = None,
        empty: Iterable[str] = (),
    ) -> None:
        self.decorations = decorations or {}
        self.records: dict[tuple[str, str], Advisory] = {}
        self.affected: dict[tuple[str, str], list[tuple[Advisory, Affected]]] = {}
        self.ecosystems = set(empty)
        self.asked = 0
        for advisory in advisories:
            for affected in advisory.affected:
                self.ecosystems.add(affected.ecosystem)
                self.records[self.shard(affected.ecosystem), advisory.id] = advisory
                self.affected.setdefault((affected.ecosystem, affected.name), []).append((advisory, affected))

    @staticmethod
    def shard(ecosystem: str) -> str:
        return ecosystem.lower().replace(":", "-").replace(" ", "-")

    def covers(self, ecosystem: str) -> bool:
        return ecosystem in self.ecosystems

    def hits(self, ecosystem: str, name: str, version: str, key: bytes) -> Sequence[Hit]:
        self.asked += 1
        scheme = scheme_of(ecosystem)
        assert scheme
        found = []
        for advisory, affected in self.affected.get((ecosystem, name), ()):
            if version in affected.versions or (
                key and any(inside(r, key, scheme.key) for r in affected.ranges)
            ):
                fixed = [one.fixed for one in affected.ranges if one.fixed and scheme.key(one.fixed) > key]
                hit = Hit(
                    advisory=advisory.id,
                    shard=self.shard(ecosystem),
                    fixed=tuple(fixed),
                    severity=affected.severity,
                    status=affected.status,
                    arch=affected.arch,
                )
                found.append(hit)
        return sorted(found, key=lambda hit: hit.advisory)

    def advisory(self, shard: str, identity: str) -> Advisory:
        try:
            return self.records[shard, identity]
        except KeyError:
            raise InvalidInput(f"{shard} has no record {identity}") from None

    def decoration(self, cve: str) -> Decoration:
        return self.decorations.get(cve, Decoration())


def inside(one: Range, key: bytes, key_of) -> bool:  # type: ignore[no-untyped-def]
    return (
        (not one.introduced or key_of(one.introduced) <= key)
        and (not one.fixed or key < key_of(one.fixed))
        and (not one.last_affected or key <= key_of(one.last_affected))
    )
