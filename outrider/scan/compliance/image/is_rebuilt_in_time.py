"""The image was built lately: only a build brings the fixes of its base."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Image

MOST_DAYS = 90
"""As the field's guides have it; distributions publish fixes weekly."""


def look(image: Image) -> Seen:
    """By the time in the image's config."""
    if image.age_days is None:
        return not_applicable("the image does not say when it was built")
    days = int(image.age_days)
    if days < 0:
        return failed(f"it says that it was built {-days} days from now")
    return (failed if days > MOST_DAYS else passed)(f"built {days} days ago ({image.contents.created})")


RULE = Rule(
    name="is_rebuilt_in_time",
    title=f"The image was built within {MOST_DAYS} days",
    severity=Severity.LOW,
    remedy="Build it again from a current base, without the build cache: docker build --pull --no-cache.",
    look=look,
)
