"""Package lists are fetched in the step that uses them: a cached step keeps old lists, and old packages, for
ever."""

import re

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, not_applicable, verdict
from outrider.scan.compliance.subjects import Image

_UPDATE = re.compile(r"\b(?:apt-get|apt|apk|yum|dnf|microdnf)\s+(?:-\S+\s+)*(?:update|makecache)\b")
_INSTALL = re.compile(r"\b(?:install|add|upgrade|dist-upgrade|full-upgrade)\b|\byum\s+(?:-\S+\s+)*update\b")


def look(image: Image) -> Seen:
    """By the steps of the history."""
    if not image.contents.history:
        return not_applicable("the image has no history")
    alone = [
        f"step {number}: {step.instruction[:160]}"
        for number, step in enumerate(image.contents.history, 1)
        if _UPDATE.search(step.instruction) and not _INSTALL.search(step.instruction)
    ]
    return verdict(alone, "no step only updates package lists")


RULE = Rule(
    name="updates_and_installs_in_one_step",
    title="Package lists are updated in the step that installs",
    severity=Severity.LOW,
    remedy="RUN apt-get update && apt-get install -y --no-install-recommends … && rm -rf "
    "/var/lib/apt/lists/*",
    look=look,
)
