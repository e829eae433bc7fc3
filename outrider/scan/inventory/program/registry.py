"""Extractors that read programs, or what stands beside them, in the order of their names."""

from outrider.scan.inventory.extractor import Extractor
from outrider.scan.inventory.program import go, rust, signature, version_file

PROGRAM: tuple[Extractor, ...] = (
    go.EXTRACTOR,
    rust.EXTRACTOR,
    signature.EXTRACTOR,
    version_file.EXTRACTOR,
)
