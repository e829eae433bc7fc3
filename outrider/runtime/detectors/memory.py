"""What a state remembers: the newest entries of a kind, in a value that never changes."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LAYER = 32
"""Entries that are copied, at most, to add one."""
LAYERS = 32
"""Looked at, at most, to find one. With LAYER: 1,024 entries at least are remembered."""


LONGEST = 200
"""Characters of a text kept as it is: paths have up to 4,096, and who names files could fill a memory."""


def short(text: str) -> str:
    """A text as a key: itself, or a digest of it when it is long."""
    if len(text) <= LONGEST:
        return text
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Memory(Generic[K, V]):
    """Key → value, for the last thousand keys or so. Adding gives a new one and leaves this as it was."""

    layers: tuple[Mapping[K, V], ...] = field(default=())
    """The newest first."""

    def get(self, key: K) -> V | None:
        """The last value of a key; None when there is none, or not any more."""
        for layer in self.layers:
            if key in layer:
                return layer[key]
        return None

    def __contains__(self, key: K) -> bool:
        for layer in self.layers:  # noqa: SIM110 -- any() takes thrice as long, and this is asked for every write
            if key in layer:
                return True
        return False

    def plus(self, key: K, value: V) -> "Memory[K, V]":
        """With one more."""
        if self.layers and (len(self.layers[0]) < LAYER or key in self.layers[0]):
            newest = dict(self.layers[0])
            newest[key] = value
            return Memory((newest, *self.layers[1:]))
        return Memory(({key: value}, *self.layers[: LAYERS - 1]))
