"""Containers start under Outrider's supervisor."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import words
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each

SUPERVISOR = "/outrider/bin/outrider-run"
OURS = frozenset({"outrider", "outrider-init"})


def _complaints(container: Container) -> list[str]:
    """By the first word of the entry point; sidecars that are Outrider's own do not need it."""
    if container.name in OURS:
        return []
    entry = words(container.definition, "entryPoint")
    return [] if entry[:1] == (SUPERVISOR,) else ["it is started without the supervisor"]


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "every container is started by the supervisor")


RULE = Rule(
    name="is_protected_by_outrider",
    title="Containers are started by Outrider's supervisor",
    severity=Severity.MEDIUM,
    remedy="outrider patch TASKDEF.json -o patched.json",
    look=look,
)
