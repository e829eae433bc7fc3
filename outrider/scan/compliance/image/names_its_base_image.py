"""The image says by digest which base it was built on."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Image

DIGEST = "org.opencontainers.image.base.digest"
NAME = "org.opencontainers.image.base.name"


def look(image: Image) -> Seen:
    """Labels of the OCI image specification (annotations.md) say so."""
    if image.contents.config is None:
        return not_applicable("there is no image config")
    labels = dict(image.contents.labels)
    if labels.get(DIGEST):
        return passed(f"{DIGEST}={labels[DIGEST]}")
    if labels.get(NAME):
        return failed(f"{NAME}={labels[NAME]}, but no digest: nobody can tell which build of it")
    return failed(f"no label {DIGEST}")


RULE = Rule(
    name="names_its_base_image",
    title="The image says by digest which base it was built on",
    severity=Severity.LOW,
    remedy="Start FROM a trusted image by digest, and keep it as a label: "
    "docker build --label org.opencontainers.image.base.digest=sha256:…",
    look=look,
)
