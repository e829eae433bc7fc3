"""Who floods the function floods nothing else, and costs no more than was meant."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """The reserved concurrency."""
    reserved = function.reserved_concurrency
    if reserved is None:
        return not_applicable("its concurrency was not asked for")
    return failed("no concurrency is reserved") if reserved < 0 else passed(f"at most {reserved} at once")


RULE = Rule(
    name="limits_its_concurrency",
    title="The function's concurrency is limited",
    severity=Severity.LOW,
    remedy="aws lambda put-function-concurrency --reserved-concurrent-executions N",
    look=look,
)
