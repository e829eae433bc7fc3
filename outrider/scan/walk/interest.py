"""Which files somebody wants, asked millions of times: every extractor's wants in four dictionaries."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from outrider.scan.inventory.extractor import Extractor
from outrider.scan.inventory.registry import EXTRACTORS

Extractors = tuple[Extractor, ...]


@dataclass(frozen=True, slots=True)
class Interest:
    """The extractors, compiled. `compiled` makes one."""

    extractors: Extractors
    programs: Extractors
    """Those that want every ELF file."""
    paths: dict[str, Extractors]
    """By whole path."""
    folders: dict[str, Extractors]
    """By the directory a file lies in."""
    names: dict[str, Extractors]
    """By base name."""
    endings: dict[str, Extractors]
    """By what follows the last dot, with the dot, in lower case."""
    fingerprint: str
    """Changes whenever an extractor comes, goes or answers differently."""

    def named(self, path: str) -> Extractors:
        """The extractors that want a file for its path, without those for ELF files; in registry order."""
        folder, _, base = path.rpartition("/")
        by_name = self.names.get(base, ())
        dot = base.rfind(".")
        by_ending = self.endings.get(base[dot:].lower(), ()) if dot >= 0 else ()
        by_path = self.paths.get(path, ())
        by_folder = self.folders.get(folder, ())
        if not (by_name or by_ending or by_path or by_folder):
            return ()
        return self._fitting(path, (*by_path, *by_folder, *by_name, *by_ending))

    def program(self, path: str) -> Extractors:
        """The extractors that want an ELF file at this path, by its name or because it is one."""
        return self._fitting(path, (*self.named(path), *self.programs))

    def _fitting(self, path: str, candidates: Extractors) -> Extractors:
        """Those whose pattern fits as well, each once, in registry order."""
        fitting = [
            extractor
            for extractor in candidates
            if extractor.wants.pattern is None or extractor.wants.pattern.search(path)
        ]
        if len(fitting) < 2:
            return tuple(fitting)
        chosen = {extractor.name for extractor in fitting}
        return tuple(extractor for extractor in self.extractors if extractor.name in chosen)


def compiled(extractors: Iterable[Extractor] = EXTRACTORS) -> Interest:
    """Compile what extractors want."""
    everyone = tuple(extractors)
    paths: dict[str, Extractors] = {}
    folders: dict[str, Extractors] = {}
    names: dict[str, Extractors] = {}
    endings: dict[str, Extractors] = {}
    for extractor in everyone:
        wants = extractor.wants
        tables = (
            (paths, wants.paths),
            (folders, wants.folders),
            (names, wants.names),
            (endings, wants.endings),
        )
        for table, keys in tables:
            for key in sorted(keys):
                table[key] = (*table.get(key, ()), extractor)
    versions = "\n".join(sorted(f"{extractor.name} {extractor.version}" for extractor in everyone))
    return Interest(
        extractors=everyone,
        programs=tuple(extractor for extractor in everyone if extractor.wants.programs),
        paths=paths,
        folders=folders,
        names=names,
        endings=endings,
        fingerprint=hashlib.sha256(versions.encode()).hexdigest()[:16],
    )
