"""One container cannot take the memory of the others."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each


def _complaints(container: Container) -> list[str]:
    """`memory` of the container."""
    return [] if container.definition.get("memory") else ["it has no memory limit of its own"]


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "every container has a memory limit")


RULE = Rule(
    name="limits_the_memory_of_its_containers",
    title="Every container has a memory limit",
    severity=Severity.LOW,
    remedy="Set `memory` for each container of a task that has several.",
    look=look,
)
