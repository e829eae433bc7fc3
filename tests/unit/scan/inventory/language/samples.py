"""One extractor asked about bytes of a test."""

from outrider.scan.inventory.extractor import File, Found
from outrider.scan.inventory.registry import EXTRACTORS

BY_NAME = {extractor.name: extractor for extractor in EXTRACTORS}


def read(name: str, data: bytes | str, path: str = "app/file") -> Found:
    """What the extractor of that name finds."""
    return BY_NAME[name].read(File(path, data.encode() if isinstance(data, str) else data))


def labels(found: Found) -> list[str]:
    """Names and versions: `@scope/name@1.0`."""
    return [f"{package.label}@{package.version}" for package in found.packages]


def wanted(name: str, path: str) -> bool:
    """Whether the extractor's pattern takes a path."""
    pattern = BY_NAME[name].wants.pattern
    return pattern is None or pattern.search(path) is not None
