"""What one package database tells, gathered within the caps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from outrider import limits
from outrider.model.package import Owned, Package
from outrider.scan.inventory.extractor import Found


class Collected:
    """Packages, the files they own, and problems, in the order in which they were told."""

    def __init__(self) -> None:
        self._packages: list[Package] = []
        self._owned: list[Owned] = []
        self._problems: list[str] = []
        self._more_problems = 0
        self._files = self._characters = 0
        self._left_out = 0

    def add(self, package: Package) -> None:
        """Take a package. One over the caps, or without a name or version, is counted as a problem."""
        named = 0 < len(package.name) <= limits.PACKAGE_NAME and 0 < len(package.version) <= limits.VERSION
        if not named:
            self.problem(f"package {package.name[:80]!r} has no name or version that makes sense")
        elif len(self._packages) >= limits.PACKAGES:
            self._left_out += 1
        else:
            self._packages.append(package)

    def own(self, package: str, paths: Iterable[str]) -> None:
        """Take the absolute paths of a package's files; what is over the caps is counted as a problem."""
        kept = tuple(self._within_caps(paths))
        if kept and package:
            self._owned.append(Owned(package, kept))

    def problem(self, text: str) -> None:
        """Take a sentence about what could not be read; after `limits.PROBLEMS` only their number."""
        if len(self._problems) < limits.PROBLEMS:
            self._problems.append(text)
        else:
            self._more_problems += 1

    def found(self) -> Found:
        """All of it."""
        problems = list(self._problems)
        if self._more_problems:
            problems.append(f"{self._more_problems} more problems of this kind")
        if self._left_out:
            problems.append(f"{self._left_out} packages or files over the caps were left out")
        return Found(packages=tuple(self._packages), owned=tuple(self._owned), problems=tuple(problems))

    def _within_caps(self, paths: Iterable[str]) -> Iterator[str]:
        for path in paths:
            self._files += 1
            self._characters += len(path)
            if self._files > limits.OWNED_FILES or self._characters > limits.OWNED_TEXT:
                self._left_out += 1
                return
            if len(path) > limits.FILE_PATH:
                self._left_out += 1
            else:
                yield path


def providers(offers: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """From (package, what it provides) to the package that provides a thing: itself under its own name,
    else the first by name, so that the answer does not depend on the order of the database."""
    listed = [(name, tuple(things)) for name, things in offers]
    found: dict[str, str] = {}
    for name, things in listed:
        for thing in things:
            if thing not in found or name < found[thing]:
                found[thing] = name
    found.update((name, name) for name, _ in listed)
    return found


def satisfied(needs: Iterable[Sequence[str]], by: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Names of the packages that meet needs, each a list of alternatives of which the first that is there
    counts; sorted, without the package itself. What nobody provides is left out."""
    met = set()
    for alternatives in needs:
        for one in alternatives:
            if one in by:
                met.add(by[one])
                break
    return tuple(sorted(met - {name}))
