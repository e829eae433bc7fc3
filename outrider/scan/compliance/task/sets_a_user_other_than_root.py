"""Containers do not start as root."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import text
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each


def _complaints(container: Container) -> list[str]:
    """`user` of the container; where it is not set the image decides, and cannot be seen from here."""
    user = text(container.definition, "user")
    name = user.partition(":")[0].strip()
    if not user:
        return ["user is not set: the image decides, and most images say root"]
    return [f"user is {user!r}"] if name in {"root", ""} or (name.isdigit() and int(name) == 0) else []


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "every container names a user other than root")


RULE = Rule(
    name="sets_a_user_other_than_root",
    title="Containers are started as another user than root",
    severity=Severity.MEDIUM,
    remedy="Set `user` to a number or name other than 0 or root, or see that the image has a USER "
    "(outrider scan IMAGE tells).",
    look=look,
)
