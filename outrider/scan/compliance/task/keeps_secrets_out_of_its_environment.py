"""No credential stands in the task definition, which everybody who may describe it can read."""

from outrider.model.finding import Severity
from outrider.scan.compliance.credentials import shown
from outrider.scan.compliance.rule import Rule, Seen
from outrider.scan.compliance.subjects import Container, Task
from outrider.scan.compliance.task.each import each


def _complaints(container: Container) -> list[str]:
    """By the search for secrets, in variables, commands and labels."""
    return shown(container.secrets)


def look(task: Task) -> Seen:
    """Every container is looked at."""
    return each(task, _complaints, "no credentials in variables, commands or labels")


RULE = Rule(
    name="keeps_secrets_out_of_its_environment",
    title="The task definition holds no credentials",
    severity=Severity.HIGH,
    remedy="Put them into Secrets Manager or Parameter Store and name them under `secrets`; revoke those "
    "that stood here.",
    look=look,
)
