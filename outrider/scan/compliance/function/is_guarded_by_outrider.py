"""The function has Outrider's layer."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping, text
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Function

WRAPPER = "/opt/outrider/bin/wrap"


def look(function: Function) -> Seen:
    """AWS_LAMBDA_EXEC_WRAPPER is ours; an image or a custom runtime has no wrapper."""
    runtime = text(function.configuration, "Runtime")
    if not runtime or runtime.startswith("provided"):
        return not_applicable("images and custom runtimes take no wrapper")
    variables = mapping(mapping(function.configuration, "Environment"), "Variables")
    if variables.get("AWS_LAMBDA_EXEC_WRAPPER") == WRAPPER:
        return passed(f"AWS_LAMBDA_EXEC_WRAPPER={WRAPPER}")
    return failed("AWS_LAMBDA_EXEC_WRAPPER is not Outrider's")


RULE = Rule(
    name="is_guarded_by_outrider",
    title="The function has Outrider's layer",
    severity=Severity.MEDIUM,
    remedy="outrider function patch NAME",
    look=look,
)
