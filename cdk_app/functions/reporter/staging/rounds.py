"""A round: every workload version there is, a page at a time, as far as the time goes.

Where a round stops the next one goes on, in the order of the list; at its end the next begins anew. So a
version is never left out because there are many, and nothing has to be begun twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cdk_app.functions.reporter import models
from cdk_app.functions.reporter.models import Stored
from outrider.errors import OutriderError
from outrider.model.behaviour import BehaviourModel

PAGE = 50
"""Versions read at a time: 10 KB."""
_PARTITION, _AT = '["round"]', "at"


class Table(models.Table, Protocol):
    """The models' table, which gives the list by pages."""

    def page(self, workload: str, after: str, most: int) -> Sequence[tuple[str, Stored]]:
        """Items of a partition behind a sort key, in order."""


@dataclass(slots=True)
class Round:
    """What became of one."""

    looked: int = 0
    stepped: int = 0
    failed: int = 0
    done: bool = False
    """It came to the end of the list."""
    at: str = field(default="", repr=False)
    """Sort key of the last version that was looked at."""


def go(table: Table, look: Callable[[str], bool | None], in_time: Callable[[], bool]) -> Round:
    """Look at one version after the other until the list or the time is at its end.

    `look` gets a version's partition key, and says whether it made a step; None: it failed, and has told so.
    Raises EnvironmentFault: the list cannot be read, or where it stopped not be written.
    """
    begun = table.get(_PARTITION, _AT)
    made = Round(at=begun.document)
    while in_time() and not made.done:
        found = table.page(models.VERSIONS, made.at, PAGE)
        made.done = len(found) < PAGE
        for key, stored in found:
            if not in_time():
                made.done = False
                break
            _one(made, stored, look)
            made.at = key
    at = "" if made.done else made.at
    if at != begun.document:
        table.put(_PARTITION, _AT, at, begun.version)  # False: another round is about it as well
    return made


def every(table: Table, in_time: Callable[[], bool]) -> Sequence[BehaviourModel]:
    """All versions. Raises OutriderError: there are more than the time is enough for."""
    found: list[BehaviourModel] = []
    after = ""
    while page := table.page(models.VERSIONS, after, PAGE):
        if not in_time():
            raise OutriderError("there is no time to read the list of versions", hint="ask again.")
        found += [models.named(stored.document) for _, stored in page]
        after = page[-1][0]
    return found


def _one(made: Round, stored: Stored, look: Callable[[str], bool | None]) -> None:
    """One version."""
    stepped = look(stored.document)
    made.looked += 1
    made.stepped += bool(stepped)
    made.failed += stepped is None
