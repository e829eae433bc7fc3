"""Tasks start what was reviewed, not what a tag means today."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import text
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each


def _complaints(container: Container) -> list[str]:
    """`image` of the container."""
    image = text(container.definition, "image")
    if not image:
        return ["it names no image"]
    return [] if "@sha256:" in image else [f"{image} is a tag: it may mean something else tomorrow"]


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "every image is named by digest")


RULE = Rule(
    name="pins_its_images",
    title="Images are named by digest",
    severity=Severity.MEDIUM,
    remedy="Name images as repository@sha256:… (`outrider patch --pin` writes them so).",
    look=look,
)
