"""What changes from one behaviour model to another, in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.behaviour_words import GROUPS, short
from outrider.model.event import Kind


class What(StrEnum):
    """What became of a behaviour."""

    ADDED = "added"
    DROPPED = "dropped"
    """Not in the later model, or carried over and not seen in its version."""
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ModelChange:
    """One difference."""

    what: What
    behaviour: Behaviour
    words: str
    """A sentence without its end."""

    @property
    def group(self) -> str:
        """`programs`, `destinations`, …"""
        return GROUPS[self.behaviour.kind]


def diff(old: BehaviourModel, new: BehaviourModel) -> tuple[ModelChange, ...]:
    """Every difference: programs first, then destinations and the rest, each group sorted; empty when none.

    How often and when something was seen is no difference.
    """
    changes = [
        change
        for one in old.seen.keys() | new.seen.keys()
        for change in _changes(one, old.seen.get(one), new.seen.get(one))
    ]
    kinds = list(Kind)
    places = list(What)
    return tuple(
        sorted(
            changes,
            key=lambda change: (
                kinds.index(change.behaviour.kind),
                places.index(change.what),
                change.behaviour,
                change.words,
            ),
        )
    )


def _changes(one: Behaviour, before: Seen | None, after: Seen | None) -> Iterator[ModelChange]:
    """What became of one behaviour."""
    if before is None and after is not None:
        yield ModelChange(What.ADDED, one, short(one) + _standing(after))
    elif before is not None and after is None:
        yield ModelChange(What.DROPPED, one, short(one))
    elif before is not None and after is not None:
        if after.unused and not before.unused:
            yield ModelChange(What.DROPPED, one, f"{short(one)}: carried over, not seen in this version")
        elif before.unused and not after.unused:
            yield ModelChange(What.ADDED, one, f"{short(one)}: seen again, after {before.unused} versions")
        for words in _aspects(before, after):
            yield ModelChange(What.CHANGED, one, f"{short(one)}: {words}")


def _aspects(before: Seen, after: Seen) -> Iterator[str]:
    """What is different about a behaviour that both have."""
    if before.sha256 and after.sha256 and not after.sha256 <= before.sha256:
        yield "the file is another one"
    if new := after.shapes - before.shapes if before.shapes else ():
        yield f"started with other arguments: {'; '.join(sorted(new))}"
    if after.gone and not before.gone:
        yield "its program is not in the image any more"
    if new := after.flagged - before.flagged:
        yield f"flagged by {', '.join(sorted(new))}"
    if after.judged and after.judged != before.judged:
        yield f"{after.judged.word} by {after.judged.who}: {after.judged.why}"


def _standing(seen: Seen) -> str:
    """What is to be said against something new."""
    if seen.judged:
        return f" ({seen.judged.word} by {seen.judged.who})"
    return f" (flagged by {', '.join(sorted(seen.flagged))})" if seen.flagged else ""
