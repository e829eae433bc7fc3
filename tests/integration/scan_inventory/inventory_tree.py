"""Files of a folder, offered to the language extractors as the walk offers those of an artifact."""

from collections.abc import Iterator
from pathlib import Path

from outrider.model.package import Package
from outrider.scan.inventory.extractor import Extractor, File
from outrider.scan.inventory.language.registry import LANGUAGE


def wants(extractor: Extractor, path: str) -> bool:
    """What `Wants` says of a path; programs aside."""
    base = path.rpartition("/")[2]
    offered = extractor.wants
    named = base in offered.names or any(base.lower().endswith(ending) for ending in offered.endings)
    return (named or path in offered.paths) and (
        offered.pattern is None or bool(offered.pattern.search(path))
    )


def packages(root: Path, *names: str) -> Iterator[Package]:
    """What these extractors (all, when none is named) find below a folder; every file must be readable."""
    chosen = [extractor for extractor in LANGUAGE if not names or extractor.name in names]
    for path in sorted(root.rglob("*")):
        relative = str(path.relative_to(root))
        for extractor in chosen:
            if wants(extractor, relative) and path.is_file():
                found = extractor.read(File(relative, path.read_bytes()))
                assert found.problems == (), (relative, found.problems)
                yield from found.packages


def versions(found: Iterator[Package]) -> set[tuple[str, str]]:
    """Label and version of each."""
    return {(package.label, package.version) for package in found}
