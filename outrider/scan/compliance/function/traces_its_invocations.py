"""What an invocation did elsewhere can be followed."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping, text
from outrider.scan.compliance.rule import Rule, Seen, failed, passed
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """TracingConfig."""
    mode = text(mapping(function.configuration, "TracingConfig"), "Mode")
    return (
        passed("tracing is active")
        if mode == "Active"
        else failed(f"TracingConfig.Mode is {mode or 'not set'}")
    )


RULE = Rule(
    name="traces_its_invocations",
    title="The function is traced",
    severity=Severity.LOW,
    remedy="Set TracingConfig.Mode to Active.",
    look=look,
)
