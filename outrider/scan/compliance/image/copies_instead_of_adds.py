"""Files come by COPY: ADD fetches from anywhere and unpacks whatever it gets."""

import re

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, not_applicable, verdict
from outrider.scan.compliance.subjects import Image

_ADD = re.compile(r"(?:^|#\(nop\)\s+)ADD\s+(\S.*)")


def look(image: Image) -> Seen:
    """By the history. The first step does not count: a base image's root file system can come no other
    way."""
    if not image.contents.history:
        return not_applicable("the image has no history")
    found = [
        f"step {number}: ADD {match[1][:160]}"
        for number, step in enumerate(image.contents.history, 1)
        if number > 1 and (match := _ADD.search(step.instruction))
    ]
    return verdict(found, "no step after the first uses ADD")


RULE = Rule(
    name="copies_instead_of_adds",
    title="The image is made with COPY, not ADD",
    severity=Severity.LOW,
    remedy="Use COPY; for downloads, RUN with a checksum that is checked, or ADD --checksum=sha256:…",
    look=look,
)
