"""Extractors of languages' packages, in the order of their names."""

from outrider.scan.inventory.extractor import Extractor

LANGUAGE: tuple[Extractor, ...] = ()
