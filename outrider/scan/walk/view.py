"""The file system that a container sees: layers put on each other, for the files that somebody wants."""

from collections.abc import Sequence
from dataclasses import dataclass

from outrider.scan.walk.changes import Changes, Keys
from outrider.scan.walk.contents import FileFacts, LayerContents
from outrider.scan.walk.layer import renamed
from outrider.scan.walk.links import Aliases, Links

Version = tuple[int, FileFacts]
"""A layer's index, and what that layer says of a file."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is there."""

    layer: int
    facts: FileFacts
    earlier: tuple[Version, ...] = ()
    """What it replaced without a gap, newest first."""


class View:
    """The merged file system."""

    def __init__(self) -> None:
        self.links = Links()
        self.files: dict[str, Kept] = {}
        """By real path."""
        self.hidden: list[Version] = []
        """Files with secrets that are in a layer and that nobody sees: they were removed or replaced."""
        self._keys = Keys()
        self._aliases = Aliases(self.links, set())
        self._learned: set[str] = set()

    def apply(self, layer: int, contents: LayerContents) -> None:
        """Put a layer on top."""
        before = self.files
        changes = self._changes(contents)
        if not changes.idle:
            # Links of this very layer do not count: whether a name that goes through one was written before
            # or after it, its short form does not tell, and in doubt a lower file is there.
            # Links that go by their own names go first: nothing lies behind them any more.
            for names in (lambda path: [(path, 0)], self._names_yet):
                for path in self.links.paths():
                    if changes.touches(names(path)):
                        self.links.remove(path)
            self.files = {
                path: kept for path, kept in before.items() if not changes.touches(self._names_yet(path))
            }
        for link in contents.links:
            self.links.set(self.links.place(link.path), link.target)
        for facts in contents.files:
            self._arrive(layer, facts, before)
        for path, kept in before.items():
            if kept.facts.secrets and self.files.get(path) is not kept:
                self.hidden.append((kept.layer, kept.facts))
        if contents.files or contents.links or not changes.idle:
            self._refresh()

    def locate(
        self, wanted: Sequence[tuple[str, int]], layers: Sequence[LayerContents]
    ) -> list[tuple[int, str] | None]:
        """For each real path and highest layer: which layer has the file that is seen there.

        Gives the layer's index and the file's name in its archive; None where none has it, or a higher one
        removes it.
        """
        aliases = Aliases(self.links, {folder for path, _ in wanted for folder in _above(path)})
        names = [aliases.names(path) for path, _ in wanted]
        for each in names:
            self._keys.learn(each)
        found: list[tuple[int, str] | None] = [None] * len(wanted)
        for index, contents in enumerate(layers):
            changes = Changes(contents, self._keys)
            for at, (_, highest) in enumerate(wanted):
                if changes.idle or index > highest:
                    continue
                if changes.touches(names[at]):
                    found[at] = None
                if name := changes.holds(names[at]):
                    found[at] = (index, name)
        return found

    def _arrive(self, layer: int, facts: FileFacts, before: dict[str, Kept]) -> None:
        """Put one file of a layer into its place."""
        path = self.links.place(facts.path)
        if path != facts.path:
            facts = renamed(facts, path)
        old = before.get(path)
        earlier = ((old.layer, old.facts), *old.earlier) if old else ()
        self.files[path] = Kept(layer, facts, earlier)

    def _names_yet(self, path: str) -> list[tuple[str, int]]:
        """The names of a path, without those through links that were just removed."""
        names = self._aliases.names(path)
        return [name for name in names if not name[1] or self.links.place(name[0][: name[1]]) in self.links]

    def _changes(self, contents: LayerContents) -> Changes:
        """What a layer does to the paths that matter by now."""
        for path in (*self.files, *self.links.paths()):
            if path not in self._learned:
                self._learned.add(path)
                self._keys.learn(self._aliases.names(path))
        return Changes(contents, self._keys)

    def _refresh(self) -> None:
        """Find the other names of files anew."""
        folders = {""}
        for path in (*self.files, *self.links.paths()):
            end = path.rfind("/")
            while end > 0 and path[:end] not in folders:
                folders.add(path[:end])
                end = path.rfind("/", 0, end)
        aliases = Aliases(self.links, folders)
        if not aliases.same(self._aliases):
            self._aliases = aliases
            self._learned.clear()


def _above(path: str) -> list[str]:
    """The directories above a path, the root included."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts))]
