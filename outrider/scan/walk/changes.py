"""What one layer does to the paths of those below it."""

from outrider.scan.walk import paths
from outrider.scan.walk.contents import LayerContents


class Changes:
    """One layer's short forms, as far as they are among the paths that matter."""

    __slots__ = ("_directories", "_keys", "_opaque", "_plain", "_whiteouts", "idle")

    def __init__(self, contents: LayerContents, keys: "Keys") -> None:
        """`keys` knows all paths that will be asked for."""
        self._keys = keys
        self._plain = keys.among(contents.plain)
        self._directories = keys.among(contents.directories)
        self._whiteouts = keys.among(contents.whiteouts)
        self._opaque = keys.among(contents.opaque)
        self.idle = not (self._plain or self._directories or self._whiteouts or self._opaque)
        """It touches nothing that matters."""

    def touches(self, names: list[tuple[str, int]]) -> bool:
        """Whether a file of these names (see `Aliases.names`) is removed or replaced."""
        return any(self._touches(name, link) for name, link in names)

    def holds(self, names: list[tuple[str, int]]) -> str:
        """The name under which the layer has the file itself; empty when it has not."""
        for name, _ in names:
            if self._keys.of(name) in self._plain:
                return name
        return ""

    def _touches(self, name: str, link: int) -> bool:
        """One name: itself, or what is above it down to, and without, the link that begins it."""
        key = self._keys.of(name)
        if key in self._plain or key in self._whiteouts or key in self._directories:
            return True
        end = name.rfind("/")
        while end > link:
            above = self._keys.of(name[:end])
            if above in self._plain or above in self._whiteouts or above in self._opaque:
                return True
            end = name.rfind("/", 0, end)
        return self._keys.of(name[:link]) in self._opaque


class Keys:
    """Short forms of the paths that matter, computed once."""

    __slots__ = ("_keys", "_values")

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}
        self._values: set[int] = set()

    def learn(self, names: list[tuple[str, int]]) -> None:
        """These names matter, and the directories above them."""
        for name, _ in names:
            end = len(name)
            while end > 0 and name[:end] not in self._keys:
                self.of(name[:end])
                end = name.rfind("/", 0, end)
        self.of("")

    def of(self, path: str) -> int:
        """The short form of a path."""
        key = self._keys.get(path)
        if key is None:
            key = self._keys[path] = paths.key(path)
            self._values.add(key)
        return key

    def among(self, digests: bytes) -> frozenset[int]:
        """Those of a row of short forms that matter."""
        return frozenset(self._values.intersection(paths.keys(digests))) if digests else frozenset()
