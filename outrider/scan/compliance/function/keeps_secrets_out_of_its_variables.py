"""No credential stands in the configuration, which everybody who may read it can see."""

from outrider.model.finding import Severity
from outrider.scan.compliance.credentials import shown
from outrider.scan.compliance.rule import Rule, Seen, verdict
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """By the search for secrets."""
    return verdict(shown(function.secrets), "no credentials in variables")


RULE = Rule(
    name="keeps_secrets_out_of_its_variables",
    title="The function's variables hold no credentials",
    severity=Severity.HIGH,
    remedy="Put them into Secrets Manager or Parameter Store and read them at the start; revoke those "
    "that stood here.",
    look=look,
)
