"""Items in batches that one call may have: AWS bounds how many there are, and how large they are together."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_T = TypeVar("_T")


def batches(items: Iterable[_T], size: Callable[[_T], int], *, count: int, total: int) -> Iterator[list[_T]]:
    """As few batches as keep the order: at most `count` items and `total` bytes each.

    An item that alone is too large is a batch of its own: whoever takes it says so.
    """
    batch: list[_T] = []
    so_far = 0
    for item in items:
        its = size(item)
        if batch and (len(batch) == count or so_far + its > total):
            yield batch
            batch, so_far = [], 0
        batch.append(item)
        so_far += its
    if batch:
        yield batch
