"""The image says how to see that it works."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Image


def look(image: Image) -> Seen:
    """HEALTHCHECK of the image's config (OCI images cannot carry one; `podman build --format docker` keeps
    it)."""
    if image.contents.healthcheck is None:
        return not_applicable("there is no image config")
    return passed("it has a HEALTHCHECK") if image.contents.healthcheck else failed("it has no HEALTHCHECK")


RULE = Rule(
    name="has_healthcheck",
    title="The image has a health check",
    severity=Severity.LOW,
    remedy="Add a HEALTHCHECK to the Dockerfile; on ECS, one in the task definition, which is the one "
    "that counts.",
    look=look,
)
