"""What containers say is kept."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping, text
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each


def _complaints(container: Container) -> list[str]:
    """`logConfiguration` of the container."""
    if text(mapping(container.definition, "logConfiguration"), "logDriver"):
        return []
    return ["it has no logConfiguration: what it says is lost"]


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "every container logs")


RULE = Rule(
    name="sends_its_logs_somewhere",
    title="Every container has a log configuration",
    severity=Severity.MEDIUM,
    remedy="Set logConfiguration, for instance with the awslogs driver.",
    look=look,
)
