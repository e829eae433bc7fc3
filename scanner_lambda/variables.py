"""Environment variables that the CDK app sets."""

from collections.abc import Mapping

from outrider.errors import UsageError


def needed(environment: Mapping[str, str], name: str) -> str:
    """A variable that must be there. Raises UsageError that names it."""
    if not (value := environment.get(name, "")):
        raise UsageError(f"{name} is not set", hint="the CDK app sets it; see scanner_lambda/README.md.")
    return value
