"""The platform can see whether an essential container works."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each


def _complaints(container: Container) -> list[str]:
    """`healthCheck` of containers that are essential (they are unless they say otherwise)."""
    if container.definition.get("essential") is False or mapping(container.definition, "healthCheck"):
        return []
    return ["it is essential and has no healthCheck"]


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "every essential container has a health check")


RULE = Rule(
    name="checks_the_health_of_its_containers",
    title="Essential containers have health checks",
    severity=Severity.LOW,
    remedy="Set healthCheck; ECS looks at the task definition's, never at the image's.",
    look=look,
)
