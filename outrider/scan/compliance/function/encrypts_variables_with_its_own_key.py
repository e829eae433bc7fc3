"""Variables are encrypted with a key whose use the account decides on."""

from outrider.model.finding import Severity
from outrider.scan.compliance.fields import mapping, text
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """KMSKeyArn; without it AWS's own key is used."""
    if not mapping(mapping(function.configuration, "Environment"), "Variables"):
        return not_applicable("the function has no variables")
    key = text(function.configuration, "KMSKeyArn")
    return passed(key) if key else failed("no KMSKeyArn: AWS's own key is used")


RULE = Rule(
    name="encrypts_variables_with_its_own_key",
    title="Variables are encrypted with a key of the account's own",
    severity=Severity.LOW,
    remedy="Set KMSKeyArn to a customer managed key.",
    look=look,
)
