"""A bounded list: how it began, and how it goes on."""

from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """The first so many and the last so many of what is added; the rest is counted."""

    __slots__ = ("_first", "_last", "_most_first", "left_out")

    def __init__(self, first: int, last: int) -> None:
        self.left_out = 0
        self._most_first = first
        self._first: list[T] = []
        self._last: deque[T] = deque(maxlen=last)

    def add(self, one: T) -> T | None:
        """Take one more; gives the one that had to go for it."""
        if len(self._first) < self._most_first:
            self._first.append(one)
            return None
        gone = None
        if len(self._last) == self._last.maxlen:
            gone = self._last[0]
            self.left_out += 1
        self._last.append(one)
        return gone

    def __iter__(self) -> Iterator[T]:
        yield from self._first
        yield from self._last

    def __len__(self) -> int:
        return len(self._first) + len(self._last)
