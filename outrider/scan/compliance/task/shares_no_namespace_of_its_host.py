"""The task sees no processes of others."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import text
from outrider.scan.compliance.rule import Rule, Seen, verdict
from outrider.scan.compliance.subjects import Task


def look(task: Task) -> Seen:
    """pidMode and ipcMode."""
    found = [
        f"{name} is {value}"
        for name in ("pidMode", "ipcMode")
        if (value := text(task.definition, name)) == "host"
    ]
    return verdict(found, "neither pidMode nor ipcMode is host")


RULE = Rule(
    name="shares_no_namespace_of_its_host",
    title="The task shares no namespace of its host",
    severity=Severity.HIGH,
    remedy="Leave pidMode and ipcMode out, or set them to `task`.",
    look=look,
)
