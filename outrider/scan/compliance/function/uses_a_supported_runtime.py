"""The runtime still gets fixes."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import text
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """By the day after which AWS no longer patches the runtime (Lambda developer guide, runtimes)."""
    runtime = text(function.configuration, "Runtime")
    if not runtime:
        return not_applicable("the function is an image: its base is looked at as an image's")
    if function.end_of_life:
        return failed(f"{runtime} has had no fixes since {function.end_of_life}")
    return passed(runtime)


RULE = Rule(
    name="uses_a_supported_runtime",
    title="The function's runtime is supported",
    severity=Severity.HIGH,
    remedy="Move to a current runtime; AWS patches only those, and one day refuses to update the "
    "function at all.",
    look=look,
)
