"""No program whose purpose is to become another user lies in the image."""

from outrider.model.finding import Severity
from outrider.scan.compliance.image.programs import named
from outrider.scan.compliance.rule import Rule, Seen, verdict
from outrider.scan.compliance.subjects import Image

NAMES = frozenset(
    {
        "doas",
        "newgrp",
        "pkexec",
        "su",
        "sudo",
    }
)


def look(image: Image) -> Seen:
    """By the base names of the image's programs."""
    return verdict(named(image, NAMES), "no sudo, su, doas or pkexec")


RULE = Rule(
    name="holds_no_privilege_tools",
    title="The image holds no tools for changing privileges",
    severity=Severity.LOW,
    remedy="Remove sudo, su and doas; start as the user that the application needs.",
    look=look,
)
