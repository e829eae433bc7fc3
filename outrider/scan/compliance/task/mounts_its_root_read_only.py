"""Containers cannot write to their own image's files."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import switch
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each


def _complaints(container: Container) -> list[str]:
    """`readonlyRootFilesystem` of the container."""
    return (
        [] if switch(container.definition, "readonlyRootFilesystem") else ["its root file system is writable"]
    )


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "every root file system is read-only")


RULE = Rule(
    name="mounts_its_root_read_only",
    title="Root file systems are read-only",
    severity=Severity.MEDIUM,
    remedy="Set readonlyRootFilesystem to true, with volumes where the application writes.",
    look=look,
)
