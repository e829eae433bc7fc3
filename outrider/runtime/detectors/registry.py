"""All detectors. One line each, by id."""

from outrider.runtime.detectors import reverse_shell
from outrider.runtime.detectors.detector import Detector

DETECTORS: tuple[Detector, ...] = (reverse_shell.DETECTOR,)
