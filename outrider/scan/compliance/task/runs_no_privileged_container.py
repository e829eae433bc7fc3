"""No container has every right of its host."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import switch
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each


def _complaints(container: Container) -> list[str]:
    """`privileged` of the container."""
    return ["privileged is true"] if switch(container.definition, "privileged") else []


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "no container is privileged")


RULE = Rule(
    name="runs_no_privileged_container",
    title="No container is privileged",
    severity=Severity.CRITICAL,
    remedy="Leave `privileged` out; add the one capability that is needed. Fargate refuses it anyhow.",
    look=look,
)
