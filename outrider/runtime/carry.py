"""A new version of a workload starts from what its predecessors did, and from what its image holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from outrider.errors import UsageError
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.behaviour_words import short
from outrider.model.event import Kind
from outrider.model.folding import fold
from outrider.model.pattern import is_literal, unquote
from outrider.model.stage import Stage, Transition

DROP_AFTER = 3
"""Versions without being seen after which an entry is proposed for removal."""

_OURS = "/outrider/"
"""Where the defender is mounted: in no image."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """An entry that may go."""

    behaviour: Behaviour
    seen: Seen
    reason: str
    """A sentence without its end."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a new version starts from."""

    model: BehaviourModel
    gone: tuple[Behaviour, ...]
    """Whose program, or what it starts, is not in the image any more; sorted."""
    changed: tuple[Behaviour, ...]
    """Programs that are other files now: their hash is not one that was seen; sorted."""
    removals: tuple[Proposed, ...]
    """What was not seen for too many versions."""


def carry(
    olds: Sequence[BehaviourModel],
    *,
    image: str,
    executables: Mapping[str, str] | None,
    at_ns: int,
    drop_after: int = DROP_AFTER,
) -> Carried:
    """The model that the version `image` starts with: the union of its predecessors, nothing of it seen yet.

    `executables` are those of the new image, path → SHA-256; None: not known. Judgements of people stay. The
    first step of the model says whence it comes; lives are those of the new version, of which there are none.
    Raises UsageError: no predecessor, or not all of one workload and container.
    """
    if not olds:
        raise UsageError("there is no model to carry over")
    head = replace(olds[0], image=image, seen={}, instances=frozenset(), steps=frozenset())
    parts = [replace(head, workload=old.workload, container=old.container, seen=_aged(old)) for old in olds]
    union = fold(reduce(BehaviourModel.merge, parts).seen)
    seen = {one: _in_image(one, how, executables) for one, how in union.items()}
    known = ", ".join(sorted({old.image or "an unnamed image" for old in olds}))
    begin = Transition(
        before=Stage.LEARNING, after=Stage.LEARNING, at_ns=at_ns, reason=f"carried over from {known}"
    )
    model = replace(head, seen=seen, steps=frozenset({begin}))
    return Carried(
        model,
        tuple(sorted(one for one, how in seen.items() if how.gone)),
        tuple(sorted(one for one, how in seen.items() if union[one].sha256 and _changed(how, union[one]))),
        removals(model, drop_after),
    )


def removals(model: BehaviourModel, drop_after: int = DROP_AFTER) -> tuple[Proposed, ...]:
    """Entries that were carried over by so many versions, and seen in none of them; sorted.

    The version that the model is of is not counted: it has only begun.
    """
    found = [
        Proposed(one, seen, f"{short(one)}: not seen in the last {seen.unused - 1} versions")
        for one, seen in model.seen.items()
        if seen.unused > drop_after and not seen.struck
    ]
    return tuple(sorted(found, key=lambda proposed: proposed.behaviour))


def _aged(old: BehaviourModel) -> dict[Behaviour, Seen]:
    """Its entries, each a version older."""
    return {one: replace(seen, lives=frozenset(), unused=seen.unused + 1) for one, seen in old.seen.items()}


def _in_image(one: Behaviour, seen: Seen, executables: Mapping[str, str] | None) -> Seen:
    """An entry, with what the image says of its programs."""
    if executables is None:
        return replace(seen, gone=False)
    programs = [one.program, one.target] if one.kind is Kind.EXEC else [one.program]
    named = [unquote(path) for path in programs if path.startswith("/") and is_literal(path)]
    gone = any(path not in executables and not path.startswith(_OURS) for path in named)
    digest = executables.get(unquote(one.target)) if one.kind is Kind.EXEC else None
    return replace(seen, gone=gone, sha256=frozenset({digest}) if digest else seen.sha256)


def _changed(now: Seen, before: Seen) -> bool:
    """Whether the image has another file there."""
    return not now.sha256 <= before.sha256
