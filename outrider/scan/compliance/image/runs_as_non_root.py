"""The container does not start as root."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Image

ROOT = {"", "0", "root"}


def look(image: Image) -> Seen:
    """USER decides; without one the container starts as root."""
    if image.contents.config is None:
        return not_applicable("there is no image config")
    user = image.contents.config.user
    name = user.partition(":")[0].strip()
    if name in ROOT or (name.isdigit() and int(name) == 0):
        return failed(f"USER is {user!r}" if user else "the image has no USER: its containers start as root")
    return passed(f"USER is {user!r}")


RULE = Rule(
    name="runs_as_non_root",
    title="Containers of the image do not start as root",
    severity=Severity.MEDIUM,
    remedy="Make a user in the Dockerfile and name it: USER app.",
    look=look,
)
