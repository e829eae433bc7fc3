"""An image's history and its layers: which step made which, and where the base image ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.model.artifact import Layer
from outrider.scan.image.facts import ImageFacts

BASE_NAME = "org.opencontainers.image.base.name"
BASE_DIGEST = "org.opencontainers.image.base.digest"


@dataclass(frozen=True, slots=True)
class Blob:
    """A layer as it is stored."""

    digest: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Base:
    """Where the base image ends, and how that is known."""

    layers: int
    """How many layers, from the lowest, belong to it; 0: not known, or there is none."""
    name: str = ""
    """`debian:12`, where a label says so."""
    why: str = ""
    """A sentence; empty when nothing is known. It is always a guess: nothing in an image proves it."""


def layers(
    facts: ImageFacts, blobs: Sequence[Blob] = (), base_diff_ids: Sequence[str] = ()
) -> tuple[tuple[Layer, ...], Base]:
    """The layers of an image with the instructions that made them, and its base.

    `blobs`: as the manifest lists them, lowest first. `base_diff_ids`: those of the base image, where the
    caller has it; then the boundary is exact.
    """
    instructions = _instructions(facts)
    base = _base(facts, base_diff_ids)
    stored = list(blobs) if len(blobs) == len(facts.diff_ids) else [Blob()] * len(facts.diff_ids)
    return tuple(
        Layer(
            diff_id=diff_id,
            digest=blob.digest,
            size=blob.size,
            instruction=instruction,
            base=index < base.layers,
        )
        for index, (diff_id, blob, instruction) in enumerate(
            zip(facts.diff_ids, stored, instructions, strict=True)
        )
    ), base


def _instructions(facts: ImageFacts) -> list[str]:
    """One for each layer; all empty when the history does not have as many layers as there are."""
    made = [step.instruction for step in facts.history if not step.empty]
    return made if len(made) == len(facts.diff_ids) else [""] * len(facts.diff_ids)


def _base(facts: ImageFacts, base_diff_ids: Sequence[str]) -> Base:
    """The boundary: the base image's own layers, else what the history looks like."""
    name = dict(facts.labels).get(BASE_NAME, "")
    count = len(base_diff_ids)
    if count and tuple(base_diff_ids) == facts.diff_ids[:count]:
        return Base(count, name, "its layers are those of the base image that was given.")
    boundary = _by_commands(facts) if any(_instructions(facts)) else 0
    if boundary:
        return Base(boundary, name, "guessed: the history has a CMD or ENTRYPOINT after these layers.")
    if name:
        return Base(0, name, "the label names a base image, the history does not show its layers.")
    return Base(0)


def _by_commands(facts: ImageFacts) -> int:
    """The layers before the last CMD or ENTRYPOINT that is followed by a layer: finished images end so."""
    count = boundary = 0
    for step in facts.history:
        if not step.empty:
            count += 1
        elif _is_command(step.instruction) and count < len(facts.diff_ids):
            boundary = count
    return boundary


def _is_command(instruction: str) -> bool:
    """Whether a step sets what the image starts: in BuildKit's form, or the older one, a shell's comment."""
    text = instruction.rpartition("#(nop)")[2].strip()
    return text.startswith(("CMD ", "ENTRYPOINT ", "CMD[", "ENTRYPOINT["))
