"""Files that a link gives a name somebody wants, and that nobody read under their own: to be read again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from outrider import limits
from outrider.scan.walk.contents import FileFacts, LayerContents
from outrider.scan.walk.interest import Interest
from outrider.scan.walk.view import View


@dataclass(frozen=True, slots=True, order=True)
class Again:
    """One file to be read in a second pass."""

    layer: int
    """Index of the layer whose archive has it."""
    entry: str
    """Its name there."""
    path: str
    """The name that a link gives it, under which it is wanted."""


def find(view: View, interest: Interest, layers: Sequence[LayerContents]) -> tuple[list[Again], bool]:
    """What is to be read again, sorted; and whether that is not all, because it is over the cap."""
    wanted = list(_wanted(view, interest, len(layers) - 1))
    places = view.locate([(real, highest) for _, real, highest in wanted], layers)
    found = {
        Again(place[0], place[1], name)
        for (name, _, _), place in zip(wanted, places, strict=True)
        if place is not None
    }
    chosen = sorted(found)
    return chosen[: limits.READ_AGAIN], len(chosen) > limits.READ_AGAIN


def by_layer(items: Sequence[Again]) -> dict[int, dict[str, tuple[str, ...]]]:
    """The same as `read_again` takes it: layer → entry → names."""
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for item in items:
        layer = found.setdefault(item.layer, {})
        layer[item.entry] = (*layer.get(item.entry, ()), item.path)
    return found


def answered(
    items: Sequence[Again], again: Mapping[int, LayerContents]
) -> tuple[list[tuple[Again, FileFacts]], list[Again]]:
    """Those that a second pass has read, with what it found; and those that it has not."""
    known = {
        Again(layer, facts.entry, facts.path): facts
        for layer, contents in again.items()
        for facts in contents.files
    }
    there = [(item, known[item]) for item in items if item in known]
    return there, [item for item in items if item not in known]


def _wanted(view: View, interest: Interest, top: int) -> Iterator[tuple[str, str, int]]:
    """(Name under which it is wanted, real path, highest layer that may have it)."""
    names = {path for path in view.links.paths() if interest.named(path)}
    for path in sorted(names | set(interest.paths)):
        real = view.links.real(path)
        if real and real != path and not _answers(real, path, interest):
            yield path, real, top
    for path in sorted(view.files):
        kept = view.files[path]
        if kept.facts.hardlink and interest.named(path):
            yield path, view.links.place(kept.facts.hardlink), kept.layer


def _answers(real: str, path: str, interest: Interest) -> bool:
    """Whether everyone who wants the name has been offered the file under its own, if it is there."""
    takers = {extractor.name for extractor in interest.named(path)}
    return takers <= {extractor.name for extractor in interest.named(real)}
