"""Every extractor there is. What is not listed here is not run, and a test looks for modules that were
forgotten."""

from outrider.scan.inventory.extractor import Extractor
from outrider.scan.inventory.language.registry import LANGUAGE
from outrider.scan.inventory.operating_system.registry import OPERATING_SYSTEM
from outrider.scan.inventory.program.registry import PROGRAM

EXTRACTORS: tuple[Extractor, ...] = (*OPERATING_SYSTEM, *LANGUAGE, *PROGRAM)
