"""Distinct things in the last while, for detectors that count: a value, bounded, never changed in place."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from outrider.model.event import Event
from outrider.runtime.detectors.detector import SECOND

PAUSE = 600 * SECOND
"""Nobody needs to be told of the same scan every second: what was told is not told again for so long."""


@dataclass(frozen=True, slots=True)
class Recent:
    """Things that were seen, each once: with the time and the event that showed it last."""

    entries: tuple[tuple[int, Hashable, int], ...] = ()
    """Time in ns, thing, number of the event; in the order in which they came."""

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def things(self) -> tuple[Hashable, ...]:
        """What was seen, the newest last."""
        return tuple(thing for _, thing, _ in self.entries)

    @property
    def seqs(self) -> tuple[int, ...]:
        """Numbers of the events."""
        return tuple(seq for _, _, seq in self.entries)


NOTHING = Recent()

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted, by a key: the peer, the port, the program."""

    windows: Mapping[Hashable, Recent] = field(default_factory=dict)
    """Key → what was seen of it; the one touched longest ago first."""
    told: Mapping[Hashable, int] = field(default_factory=dict)
    """Key → when it was told, ns; the oldest first."""


NOTHING_COUNTED = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far back is looked, and how much is kept. The state is Counts; this is a setting of a detector."""

    span_ns: int
    most: int
    """Things of one key. What was seen longest ago gives way: no less than what makes the detector fire."""
    keys: int = 64
    """Keys at once. What was touched longest ago gives way: an attacker can bring that about with noise, and
    is seen for the noise."""
    pause_ns: int = PAUSE

    def add(self, counts: Counts, key: Hashable, thing: Hashable, event: Event) -> tuple[Counts, Recent]:
        """Note a thing; what there is of its key by now. Nothing, while the key was told of."""
        told = counts.told.get(key)
        if told is not None and event.time_ns - told < self.pause_ns:
            return counts, NOTHING
        before = counts.windows.get(key, NOTHING).entries
        oldest = (max(event.time_ns, before[-1][0]) if before else event.time_ns) - self.span_ns
        kept = [entry for entry in before if entry[0] > oldest and entry[1] != thing]
        kept.append((event.time_ns, thing, event.seq))
        recent = Recent(tuple(kept[-self.most :]))
        return Counts(put(counts.windows, key, recent, self.keys), counts.told), recent

    def tell(self, counts: Counts, key: Hashable, event: Event) -> Counts:
        """The state after a key was told of: its things are forgotten."""
        windows = {other: recent for other, recent in counts.windows.items() if other != key}
        return Counts(windows, put(counts.told, key, event.time_ns, self.keys))


def put(mapping: Mapping[_Key, _Value], key: _Key, value: _Value, most: int) -> dict[_Key, _Value]:
    """A copy with a value at its end, and no more than `most`: the first gives way."""
    copy = dict(mapping)
    copy.pop(key, None)
    copy[key] = value
    if len(copy) > most:
        del copy[next(iter(copy))]
    return copy
