"""What is kept while a layer streams by: facts under a cap, links, and the short form of every path.

A later entry of the same name replaces an earlier one, and a file in the place of a directory takes what was
below it along: so does unpacking.
"""

from outrider import limits
from outrider.model.outcome import Failed
from outrider.scan.image.entry import Entry, EntryKind
from outrider.scan.image.names import shown
from outrider.scan.image.notes import Notes
from outrider.scan.walk import paths
from outrider.scan.walk.contents import FileFacts, LayerContents, Link

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_INTERNAL = ".wh..wh."
"""Begins names of AUFS's own book-keeping, which mean nothing in a layer."""


class Keeping:
    """The layer that is being read."""

    def __init__(self, notes: Notes, *, whiteouts: bool) -> None:
        self._notes = notes
        self._marks = whiteouts
        self._files: dict[tuple[str, str], FileFacts] = {}
        self._links: dict[str, Link] = {}
        self._below: dict[str, set[str]] = {}
        """Directory → what is kept in it, directories with kept things included."""
        self._plain = bytearray()
        self._directories = bytearray()
        self._whiteouts = bytearray()
        self._opaque = bytearray()
        self._entries = 0
        self._bytes = 0
        self._facts = 0
        self._owned = 0
        self._over: dict[str, int] = {}

    @staticmethod
    def remarks(entry: Entry) -> bool:
        """Whether `add` may have to say something of an entry."""
        return _WHITEOUT in entry.path or len(entry.link) > limits.FILE_PATH

    def add(self, entry: Entry) -> None:
        """Take note of an entry, before anything is known of its content."""
        path = entry.path
        self._entries += 1
        if self._marks and _WHITEOUT in path and self._mark(path):
            return
        kind = entry.kind
        if path in self._below and kind is not EntryKind.DIRECTORY:
            self._drop_below(path)
        if (path, "") in self._files:
            del self._files[path, ""]
        if path in self._links:
            del self._links[path]
        if kind is EntryKind.DIRECTORY:
            self._directories += paths.digest(path)
            return
        self._plain += paths.digest(path)
        self._bytes += entry.size
        if kind is EntryKind.SYMLINK:
            self._link(path, entry.link)

    def keep(self, facts: FileFacts) -> None:
        """Keep what is known of a file, unless there is too much already."""
        found = sum(len(reading.found.packages) for reading in facts.readings) + len(facts.secrets)
        owned = sum(len(o.paths) for reading in facts.readings for o in reading.found.owned)
        if len(self._files) >= limits.LAYER_FILES:
            self._too_many(f"files of interest than {limits.LAYER_FILES}")
        elif self._facts + found > limits.LAYER_FACTS:
            self._too_many(f"packages and secrets than {limits.LAYER_FACTS}")
        elif self._owned + owned > limits.LAYER_OWNED:
            self._too_many(f"files of OS packages than {limits.LAYER_OWNED}")
        else:
            self._facts += found
            self._owned += owned
            self._files[facts.path, facts.entry] = facts
            self._remember(facts.path)

    def known(self, path: str) -> FileFacts | None:
        """What is known of a file that came earlier."""
        return self._files.get((path, ""))

    def contents(self, fingerprint: str, failure: Failed | None) -> LayerContents:
        """All of it. What went over a cap is a failure: the layer was not looked at whole."""
        over = [f"has more {what}; {count} were left out" for what, count in self._over.items()]
        if over and failure is None:
            failure = Failed("the layer", "; ".join(over))
        return LayerContents(
            fingerprint=fingerprint,
            files=tuple(facts for _, facts in sorted(self._files.items()) if facts.tells),
            links=tuple(self._links[path] for path in sorted(self._links)),
            plain=bytes(self._plain),
            directories=bytes(self._directories),
            whiteouts=bytes(self._whiteouts),
            opaque=bytes(self._opaque),
            entries=self._entries,
            bytes=self._bytes,
            notes=self._notes.sentences(),
            failure=failure,
        )

    def _mark(self, path: str) -> bool:
        """Whether the path is a mark for what lies below this layer; if so, remember it."""
        folder, _, base = path.rpartition("/")
        if not base.startswith(_WHITEOUT):
            return False
        if base == _OPAQUE:
            self._opaque += paths.digest(folder)
        elif not base.startswith(_INTERNAL):
            hidden = base.removeprefix(_WHITEOUT)
            if hidden in {"", ".", ".."}:
                self._notes.add(f"{shown('/' + path)}: a whiteout of nothing")
            else:
                self._whiteouts += paths.digest(f"{folder}/{hidden}" if folder else hidden)
        return True

    def _link(self, path: str, target: str) -> None:
        """Keep a symbolic link."""
        if len(self._links) >= limits.LAYER_LINKS:
            self._too_many(f"links than {limits.LAYER_LINKS}")
        elif len(target) > limits.FILE_PATH:
            self._notes.add(f"{shown('/' + path)}: a link to a name that is too long to exist")
        else:
            self._links[path] = Link(path, target)
            self._remember(path)

    def _remember(self, path: str) -> None:
        """Enter a path into the tree of what is kept."""
        while (slash := path.rfind("/")) > 0:
            folder = path[:slash]
            known = self._below.get(folder)
            if known is not None:
                known.add(path)
                return
            self._below[folder] = {path}
            path = folder

    def _drop_below(self, path: str) -> None:
        """Forget everything kept below a directory that is none any more."""
        pending = [path]
        while pending:
            for inner in self._below.pop(pending.pop(), ()):
                self._files.pop((inner, ""), None)
                self._links.pop(inner, None)
                pending.append(inner)

    def _too_many(self, what: str) -> None:
        """Count what was left out for a cap."""
        self._over[what] = self._over.get(what, 0) + 1
