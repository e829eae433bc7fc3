"""Extractors that read ELF files, in the order of their names."""

from outrider.scan.inventory.extractor import Extractor

PROGRAM: tuple[Extractor, ...] = ()
