"""No build step runs what it downloads without having looked at it."""

import re

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, not_applicable, verdict
from outrider.scan.compliance.subjects import Image

_PIPED = re.compile(r"\b(?:curl|wget)\b[^;&|]{0,400}\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:ba|da|z|k)?sh\b")


def look(image: Image) -> Seen:
    """By the steps of the history."""
    if not image.contents.history:
        return not_applicable("the image has no history")
    found = [
        f"step {number}: {match[0][:160]}"
        for number, step in enumerate(image.contents.history, 1)
        if (match := _PIPED.search(step.instruction))
    ]
    return verdict(found, "no step pipes a download into a shell")


RULE = Rule(
    name="pipes_no_download_into_a_shell",
    title="No download is run unseen",
    severity=Severity.MEDIUM,
    remedy="Download to a file, compare its checksum with one in the Dockerfile, then run it.",
    look=look,
)
