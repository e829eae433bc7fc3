"""The application has a role of its own, and not the one that starts it."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import text
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Task


def look(task: Task) -> Seen:
    """taskRoleArn and executionRoleArn."""
    role, execution = text(task.definition, "taskRoleArn"), text(task.definition, "executionRoleArn")
    if not role:
        return not_applicable("the task has no role: it can ask AWS for nothing")
    return failed(f"{role} is also the execution role") if role == execution else passed(role)


RULE = Rule(
    name="has_a_role_of_its_own",
    title="The task has a role of its own",
    severity=Severity.MEDIUM,
    remedy="Set taskRoleArn to a role with what the application needs, other than executionRoleArn, "
    "which may read images and secrets.",
    look=look,
)
