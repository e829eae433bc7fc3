"""Credentials in settings, as evidence of a rule."""

from collections.abc import Iterable

from outrider.model.finding import Secret


def shown(secrets: Iterable[Secret]) -> list[str]:
    """A line for each that is more than a guess; none shows the credential."""
    return [
        f"{secret.path}: {secret.title} {secret.redacted}" for secret in secrets if secret.confidence != "low"
    ]
