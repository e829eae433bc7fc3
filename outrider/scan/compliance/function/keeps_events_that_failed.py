"""An event that could not be processed is kept."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping, text
from outrider.scan.compliance.rule import Rule, Seen, failed, passed
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """DeadLetterConfig."""
    target = text(mapping(function.configuration, "DeadLetterConfig"), "TargetArn")
    return passed(target) if target else failed("no DeadLetterConfig")


RULE = Rule(
    name="keeps_events_that_failed",
    title="The function has a place for events that failed",
    severity=Severity.LOW,
    remedy="Set DeadLetterConfig.TargetArn, or a destination for failures.",
    look=look,
)
