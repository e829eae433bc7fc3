"""Symbolic links of a merged file system, followed as in a chroot: never out of the root, never for ever."""

from outrider import limits


class Links:
    """Every link that is there, by its real path (the path without links on the way)."""

    __slots__ = ("_destinations", "_targets")

    def __init__(self) -> None:
        self._targets: dict[str, str] = {}
        self._destinations: dict[str, str | None] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._targets

    def paths(self) -> list[str]:
        """Real paths of all links, parents before children."""
        return sorted(self._targets, key=lambda path: (path.count("/"), path))

    def set(self, path: str, target: str) -> None:
        """Put a link at a real path."""
        self._targets[path] = target
        self._destinations.clear()

    def remove(self, path: str) -> None:
        """Take away the link at a real path."""
        del self._targets[path]
        self._destinations.clear()

    def real(self, path: str) -> str | None:
        """The path without any link, its last part followed too; None for a cycle or too long a chain."""
        if not self._on_the_way(path):
            return path
        pending = path.split("/")[::-1]
        done: list[str] = []
        steps = 0
        while pending:
            part = pending.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                del done[-1:]
                continue
            done.append(part)
            target = self._targets.get("/".join(done))
            if target is None:
                continue
            steps += 1
            if steps > limits.LINK_STEPS:
                return None
            done = [] if target.startswith("/") else done[:-1]
            pending.extend(target.split("/")[::-1])
        return "/".join(done)

    def place(self, path: str) -> str:
        """Where a file of this path lies: links followed in its directory, not in its last part.

        A directory that is behind a cycle is left as it is written: nothing can lie there.
        """
        folder, _, base = path.rpartition("/")
        if not folder:
            return path
        real = self.real(folder)
        if real is None:
            return path
        return f"{real}/{base}" if real else base

    def destination(self, path: str) -> str | None:
        """`real`, remembered until a link changes."""
        if path not in self._destinations:
            self._destinations[path] = self.real(path)
        return self._destinations[path]

    def _on_the_way(self, path: str) -> bool:
        """Whether any part of the path is a link."""
        targets = self._targets
        if path in targets:
            return True
        while (slash := path.rfind("/")) > 0:
            path = path[:slash]
            if path in targets:
                return True
        return False


class Aliases:
    """The other names that files have because a directory above them is the target of a link."""

    __slots__ = ("_by_folder", "_known")

    def __init__(self, links: Links, folders: set[str]) -> None:
        """`folders`: the directories that matter."""
        self._known: dict[str, list[tuple[str, int]]] = {}
        self._by_folder: dict[str, list[str]] = {}
        for link in links.paths():
            there = links.destination(link)
            if there is not None and there in folders:
                self._by_folder.setdefault(there, []).append(link)

    def same(self, other: "Aliases") -> bool:
        """Whether it gives every path the same names as another."""
        return self._by_folder == other._by_folder

    def names(self, path: str) -> list[tuple[str, int]]:
        """All names of a path, its own first, each with the length of its part up to the last link in it (0:
        none).

        At most `limits.LINK_ALIASES`; a name beyond that is not looked for, so that a file in doubt is
        taken to be there still.
        """
        if (known := self._known.get(path)) is not None:
            return known
        found: dict[str, int] = {path: 0}
        if self._by_folder:
            pending = [path]
            while pending and len(found) < limits.LINK_ALIASES:
                name = pending.pop(0)
                for link, end in self._spellings(name):
                    rest = name[end:] if end else f"/{name}"
                    other = link + rest
                    if other not in found and len(other) <= limits.FILE_PATH:
                        found[other] = len(link) + max(0, found[name] - end + (not end) * (found[name] > 0))
                        pending.append(other)
        names = self._known[path] = list(found.items())[: limits.LINK_ALIASES]
        return names

    def _spellings(self, path: str) -> list[tuple[str, int]]:
        """The links to directories above a path, with where what stands below that directory begins."""
        found = []
        end = path.rfind("/")
        while end > 0:
            found += [(link, end) for link in self._by_folder.get(path[:end], ())]
            end = path.rfind("/", 0, end)
        return found + [(link, 0) for link in self._by_folder.get("", ())]
