"""No credential stands in the configuration, which everybody who may read it can see."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, verdict
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """By the search for secrets."""
    found = [
        f"{secret.path}: {secret.title} {secret.redacted}"
        for secret in function.secrets
        if secret.confidence != "low"
    ]
    return verdict(found, "no credentials in variables")


RULE = Rule(
    name="keeps_secrets_out_of_its_variables",
    title="The function's variables hold no credentials",
    severity=Severity.HIGH,
    remedy="Put them into Secrets Manager or Parameter Store and read them at the start; revoke those "
    "that stood here.",
    look=look,
)
