"""Whether the containers of a task can be put in an order at all."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from outrider.fargate.fields import Raw
from outrider.fargate.refusal import Refusal
from outrider.fargate.task import Condition, Task

_ESSENTIAL = "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"


def cannot_be_ordered(raw: Raw, task: Task) -> Iterator[Refusal]:
    """dependsOn names containers of the task, without a cycle, with conditions they can meet."""
    by_name = {container.name: container for container in task.containers}
    for container in task.containers:
        for dependency in container.depends_on:
            target = by_name.get(dependency.container)
            if target is None:
                # The odd plus sign is ECS's own.
                text = f"Cannot depend on container + '{dependency.container}' because it does not exist"
                yield Refusal(text, quoted=True, container=container.name)
            elif dependency.condition in (Condition.COMPLETE, Condition.SUCCESS) and target.essential:
                yield Refusal(_ESSENTIAL, quoted=True, container=target.name)
            elif dependency.condition is Condition.HEALTHY and target.health_check is None:
                text = "condition HEALTHY requires that the dependent container has a health check configured"
                yield Refusal(text, container=target.name)
    if cycle := find_cycle(task):
        yield Refusal(f"dependsOn goes in a circle: {' → '.join(cycle)}")


def find_cycle(task: Task) -> tuple[str, ...]:
    """Names along a circle of dependsOn, the first repeated at the end; empty when there is none."""
    needs = {container.name: {d.container for d in container.depends_on} for container in task.containers}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()
