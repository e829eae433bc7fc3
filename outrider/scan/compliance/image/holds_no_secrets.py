"""No file, variable or build step of the image carries a credential."""

from outrider.model.finding import Severity
from outrider.scan.compliance.rule import Rule, Seen, not_applicable, verdict
from outrider.scan.compliance.subjects import Image


def look(image: Image) -> Seen:
    """By the search for secrets; what only might be one does not count."""
    if not image.secrets_searched:
        return not_applicable("secrets were not searched for")
    found = [
        f"{secret.path}{f':{secret.line}' if secret.line else ''}: {secret.title} {secret.redacted}"
        + (" (removed by a higher layer, still in the image)" if secret.removed else "")
        for secret in image.contents.secrets
        if secret.confidence != "low"
    ]
    return verdict(found, "no credentials in files, variables, labels or history")


RULE = Rule(
    name="holds_no_secrets",
    title="The image holds no credentials",
    severity=Severity.HIGH,
    remedy="Take it out of every layer (a later RUN rm does not), revoke it, and hand it in at run time: "
    "`secrets` of the task definition, Secrets Manager, RUN --mount=type=secret.",
    look=look,
)
