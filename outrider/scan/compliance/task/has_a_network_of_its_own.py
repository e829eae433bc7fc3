"""The task has a network interface, and security groups, of its own."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import text
from outrider.scan.compliance.rule import Rule, Seen, failed, passed
from outrider.scan.compliance.subjects import Task


def look(task: Task) -> Seen:
    """networkMode; in `host` mode a container reaches everything that listens on the host."""
    mode = text(task.definition, "networkMode")
    if mode == "awsvpc":
        return passed("networkMode is awsvpc")
    return failed(f"networkMode is {mode or 'not set, which means bridge'}")


RULE = Rule(
    name="has_a_network_of_its_own",
    title="The task uses its own network interface",
    severity=Severity.HIGH,
    remedy="Set networkMode to awsvpc; Fargate knows no other.",
    look=look,
)
