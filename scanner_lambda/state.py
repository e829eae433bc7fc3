"""What is remembered of artifacts and of the places they are at: three kinds of items in the scans table.

| pk | sk | says |
|---|---|---|
| artifact id | `scan` | its last finished scan: report, database, digest, what was told |
| artifact id | `part#<identity>` | how often a part was begun and not finished; expires |
| `place:<id>` | `told` | what was last told of a repository's tag or a function, whole or begun |
"""

from dataclasses import dataclass
from typing import Protocol

from scanner_lambda.aws.table import Item

_DAY = 86_400
_PART_DAYS = 1
"""After which a part that could not be read is tried again."""


class Items(Protocol):
    """Where items are kept."""

    def get(self, pk: str, sk: str) -> Item | None:
        """An item."""

    def put(self, item: Item, *, expected: tuple[str, str | int] | None = None, fresh: bool = False) -> bool:
        """Write one, on a condition."""

    def add(self, pk: str, sk: str, expires: int) -> int:
        """Count one more."""

    def remove(self, pk: str, sk: str) -> None:
        """Remove one."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a place was told."""

    report: str = ""
    """The last that was told as a whole; empty: none was."""
    begun: tuple[str, ...] = ()
    """Those begun since then: of each the place may have heard anything."""
    number: int = 0
    """Of the last that was begun, from 1: a place that comes back to an earlier report hears of it anew."""


@dataclass(frozen=True, slots=True)
class State:
    """The scans table as the scan uses it."""

    items: Items
    now: int
    """Seconds since the epoch."""

    def begin(self, artifact_id: str, part: str) -> int:
        """A part is about to be read; gives how often that was so without an end."""
        return self.items.add(artifact_id, f"part#{part}", self.now + _PART_DAYS * _DAY)

    def finish(self, artifact_id: str, part: str) -> None:
        """The part was read."""
        self.items.remove(artifact_id, f"part#{part}")

    def scanned(self, artifact_id: str, facts: Item) -> None:
        """A scan came to its end."""
        self.items.put({"pk": artifact_id, "sk": "scan", **facts})

    def scan(self, artifact_id: str) -> Item | None:
        """What is known of an artifact's last finished scan; None: there was none."""
        return self.items.get(artifact_id, "scan")

    def renewed(self, artifact_id: str, facts: Item, before: str) -> bool:
        """A rematch made another report of it. False where the report is not that of `before` any more."""
        item = {"pk": artifact_id, "sk": "scan", **facts}
        return self.items.put(item, expected=("report", before))

    def told(self, place: str) -> Telling:
        """What a place was told so far."""
        found = self.items.get(f"place:{place}", "told")
        if not found:
            return Telling()
        return Telling(str(found["report"]), tuple(str(found["begun"]).split()), int(found["number"]))

    def begin_telling(self, place: str, report: str, before: Telling) -> Telling | None:
        """Note that a report is about to be told. None where meanwhile another one was."""
        if before.begun[-1:] == (report,):
            return before
        begun = (*(one for one in before.begun if one != report), report)
        now = Telling(before.report, begun, before.number + 1)
        return now if self._tell(place, now, before.number) else None

    def tell(self, place: str, report: str, telling: Telling) -> bool:
        """Note that a report was told as a whole. False where meanwhile another was begun."""
        return self._tell(place, Telling(report, (), telling.number), telling.number)

    def _tell(self, place: str, telling: Telling, before: int) -> bool:
        """Write it, where `before` is still the last that was begun."""
        item: Item = {
            "pk": f"place:{place}",
            "sk": "told",
            "report": telling.report,
            "begun": " ".join(telling.begun),
            "number": telling.number,
            "time": self.now,
        }
        return self.items.put(item, expected=("number", before) if before else None, fresh=not before)
