"""The image names the source it was built from."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Image

SOURCE, REVISION = "org.opencontainers.image.source", "org.opencontainers.image.revision"


def look(image: Image) -> Seen:
    """Labels of the OCI image specification (annotations.md)."""
    if image.contents.config is None:
        return not_applicable("there is no image config")
    labels = dict(image.contents.labels)
    missing = [name for name in (SOURCE, REVISION) if not labels.get(name)]
    if missing:
        return failed(*(f"no label {name}" for name in missing))
    return passed(f"{labels[SOURCE]} at {labels[REVISION]}")


RULE = Rule(
    name="says_where_it_comes_from",
    title="The image names its source and revision",
    severity=Severity.LOW,
    remedy="docker build --label org.opencontainers.image.source=… --label "
    "org.opencontainers.image.revision=$(git rev-parse HEAD)",
    look=look,
)
