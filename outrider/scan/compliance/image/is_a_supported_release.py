"""The distribution still gets fixes."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Image


def look(image: Image) -> Seen:
    """By the end of life of the release in os-release."""
    release = image.contents.release
    if release is None:
        return not_applicable("the image has no distribution")
    name = release.name or f"{release.id} {release.version}"
    if image.end_of_life:
        return failed(f"{name} has had no fixes since {image.end_of_life}")
    return passed(name)


RULE = Rule(
    name="is_a_supported_release",
    title="The image's distribution is supported",
    severity=Severity.HIGH,
    remedy="Move to a supported release: what is found in an old one is not fixed, and not even told of.",
    look=look,
)
