"""Only code that a trusted party signed is taken."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, failed, not_applicable, passed
from outrider.scan.compliance.subjects import Function


def look(function: Function) -> Seen:
    """Whether there is a code signing configuration."""
    if function.code_signing is None:
        return not_applicable("its code signing was not asked for")
    return (
        passed("it has a code signing configuration")
        if function.code_signing
        else failed("no code signing configuration")
    )


RULE = Rule(
    name="takes_only_signed_code",
    title="The function takes only signed code",
    severity=Severity.LOW,
    remedy="Attach a code signing configuration with UntrustedArtifactOnDeployment: Enforce.",
    look=look,
)
