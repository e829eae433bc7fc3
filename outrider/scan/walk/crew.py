"""Others who look at files while a layer is read, and the order in which what they say is taken."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from outrider.scan.image.entry import Entry
from outrider.scan.walk.contents import FileFacts
from outrider.scan.walk.keeping import Keeping
from outrider.scan.walk.look import Work

_BATCH = 64
"""Files that are given away at once."""
_BATCH_BYTES = 192 << 10
"""Their content, from which on no more are added."""
_LAG = 20_000
"""Entries that wait for facts, at most: then the layer does."""


class Answer(Protocol):
    """Facts that are on their way."""

    def ready(self) -> bool:
        """Whether they are there."""

    def get(self) -> Sequence[FileFacts]:
        """The facts of each file, in the order of the files; waits for them. Raises OutriderError."""


class Crew(Protocol):
    """Other processes."""

    def offer(self, files: Sequence[Work]) -> Answer | None:
        """Give files to whoever is free; None: nobody is, and the caller looks at them."""


@dataclass(slots=True, eq=False)
class _Batch:
    """Files that are looked at together."""

    files: list[Work] = field(default_factory=list)
    bytes: int = 0
    answer: Answer | None = None
    facts: Sequence[FileFacts] = ()
    given: bool = False
    """Somebody looks at them, or has."""


class Line:
    """Entries in the archive's order, each kept only when all before it are.

    So nothing depends on who was how fast: a later entry may replace an earlier one, and caps count.
    """

    def __init__(
        self,
        keep: Callable[[Entry, FileFacts | None], None],
        look: Callable[[Work], FileFacts],
        crew: Crew,
    ) -> None:
        """`keep` is told of each entry and its facts, `look` looks at a file here."""
        self._keep = keep
        self._look = look
        self._crew = crew
        self._waiting: deque[tuple[Entry, FileFacts | None, _Batch | None, int]] = deque()
        self._batch = _Batch()

    def add(self, entry: Entry, found: FileFacts | Work | None) -> None:
        """The next entry, with its facts or with what is to be looked at for them."""
        if isinstance(found, Work):
            batch = self._batch
            self._waiting.append((entry, None, batch, len(batch.files)))
            batch.files.append(found)
            batch.bytes += len(found.data)
            if len(batch.files) >= _BATCH or batch.bytes >= _BATCH_BYTES:
                self._give()
                self._advance(wait=len(self._waiting) > _LAG)
        elif self._waiting:
            self._waiting.append((entry, found, None, 0))
            # Remarks stand in the archive's order too, between those of its reader.
            if Keeping.remarks(entry) or len(self._waiting) > _LAG:
                self.finish()
        else:
            self._keep(entry, found)

    def finish(self) -> None:
        """Wait for all facts."""
        self._give()
        self._advance(wait=True)

    def _give(self) -> None:
        """Have the files of the batch looked at: by others, or here."""
        batch, self._batch = self._batch, _Batch()
        batch.given = True
        batch.answer = self._crew.offer(batch.files)
        if batch.answer is None:
            batch.facts = [self._look(file) for file in batch.files]
        batch.files = []

    def _advance(self, *, wait: bool) -> None:
        """Keep what can be kept; with `wait` everything."""
        waiting = self._waiting
        while waiting:
            entry, facts, batch, index = waiting[0]
            if batch is not None:
                if not batch.given:
                    return
                if batch.answer is not None:
                    if not wait and not batch.answer.ready():
                        return
                    batch.facts, batch.answer = batch.answer.get(), None
                facts = batch.facts[index]
            waiting.popleft()
            self._keep(entry, facts)
