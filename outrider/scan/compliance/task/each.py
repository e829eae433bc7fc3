"""Looking at every container of a task: what several rules do."""

from collections.abc import Callable

from outrider.scan.compliance.rule import Seen, not_applicable, verdict
from outrider.scan.compliance.subjects import Container, Task


def each(task: Task, complaints: Callable[[Container], list[str]], otherwise: str) -> Seen:
    """FAIL with every container's complaints, its name in front of each; PASS where there are none."""
    if not task.containers:
        return not_applicable("the task definition has no containers")
    found = [f"{container.name}: {words}" for container in task.containers for words in complaints(container)]
    return verdict(found, otherwise)
