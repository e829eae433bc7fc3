"""Extractors of distributions' packages, in the order of their names."""

from outrider.scan.inventory.extractor import Extractor

OPERATING_SYSTEM: tuple[Extractor, ...] = ()
