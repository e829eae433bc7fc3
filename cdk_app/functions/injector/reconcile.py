"""The scheduled look at everything: every service, then every function, in parts that fit an invocation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from cdk_app.functions.injector import caps
from cdk_app.functions.injector.keepers import FunctionKeeper
from cdk_app.functions.injector.recording import Record
from cdk_app.functions.injector.services import ServiceKeeper
from outrider.account.errors import NotThereError
from outrider.errors import InvalidInput, OutriderError

SERVICE, FUNCTION = "s", "t"
"""Kinds of subject in a place; services come first."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A subject in the order of a reconcile."""

    kind: str = ""
    """Empty: before the first one."""
    cluster: str = ""
    name: str = ""

    def text(self) -> str:
        """As it is kept and sent."""
        return "|".join((self.kind, self.cluster, self.name)) if self.kind else ""


def place_of(text: str) -> Place:
    """Read a place. Raises InvalidInput."""
    if not text:
        return Place()
    parts = text.split("|")
    if len(text) > caps.CURSOR or len(parts) != 3 or parts[0] not in (SERVICE, FUNCTION):
        raise InvalidInput("the reconcile's place is not well-formed")
    return Place(*parts)


class Bookmark(Protocol):
    """Where a reconcile's place is kept."""

    def load(self) -> str:
        """The place, or an empty text."""

    def save(self, place: str) -> None:
        """Keep it; an empty text: the reconcile came to its end."""


@dataclass(slots=True)
class Tally:
    """What came of a part."""

    covered: int = 0
    skipped: int = 0
    failed: int = 0
    gone: int = 0
    after: str = ""
    """Where it goes on."""
    done: bool = False
    """Whether it came to its end."""

    def count(self, record: Record | None) -> None:
        """Count one."""
        if record is None:
            self.gone += 1
        else:
            setattr(self, record.outcome, getattr(self, record.outcome) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """Looks at every service and function once."""

    services: ServiceKeeper | None
    functions: FunctionKeeper | None
    bookmark: Bookmark
    on_error: Callable[[str, Exception], None]
    """Told of each subject that failed; the others go on."""

    def part(self, after: str, has_time: Callable[[], bool]) -> Tally:
        """Look at as many as there is time for. Raises OutriderError when nothing can be listed.

        The place is kept before each subject: one that never comes to its end is passed by the next time.
        """
        start = place_of(after or self.bookmark.load())
        tally = Tally(after=start.text())
        for place in self._places(start):
            if not has_time():
                return tally
            tally.after = place.text()
            self.bookmark.save(tally.after)
            self._one(place, tally)
        self.bookmark.save("")
        tally.done = True
        return tally

    def _one(self, place: Place, tally: Tally) -> None:
        """One subject, whose error is no other's."""
        try:
            if place.kind == SERVICE and self.services:
                tally.count(self.services.attend(place.cluster, place.name))
            elif self.functions:
                tally.count(self.functions.attend(place.name))
        except OutriderError as error:
            tally.failed += 1
            self.on_error(place.name, error)

    def _places(self, after: Place) -> Iterator[Place]:
        """Every subject after a place, in one order that holds from part to part."""
        if self.services and after.kind != FUNCTION:
            for cluster in self.services.calls.clusters():
                if after.kind != SERVICE or cluster >= after.cluster:
                    yield from self._of_cluster(cluster, after)
        if self.functions:
            for name in self.functions.functions.listed():
                if Place(FUNCTION, "", name) > after:
                    yield Place(FUNCTION, "", name)

    def _of_cluster(self, cluster: str, after: Place) -> Iterator[Place]:
        """Services of one cluster, which may be gone by now."""
        if self.services is None:
            return
        try:
            listed = self.services.calls.listed(cluster)
        except NotThereError:
            return
        for arn in listed:
            if Place(SERVICE, cluster, arn) > after:
                yield Place(SERVICE, cluster, arn)
