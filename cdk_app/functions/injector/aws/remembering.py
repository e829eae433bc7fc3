"""What was read by a digest is not read again: it cannot have changed."""

from collections import OrderedDict
from typing import TypeVar

from cdk_app.functions.injector import caps

K = TypeVar("K")
V = TypeVar("V")


def remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    """Keep one more; the one that was read longest ago gives way."""
    known[key] = value
    while len(known) > caps.PICTURES:
        known.popitem(last=False)
