"""Environment variables that the CDK app sets."""

import re
from collections.abc import Mapping

from outrider.errors import UsageError

MEMBER_ROLE = "OutriderMember"
"""Name of the role in a member's account, unless another is said."""

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


def needed(environment: Mapping[str, str], name: str) -> str:
    """A variable that must be there. Raises UsageError that names it."""
    if not (value := environment.get(name, "")):
        raise UsageError(f"{name} is not set", hint="the CDK app sets it; see scanner_lambda/README.md.")
    return value


def accounts(environment: Mapping[str, str], name: str) -> frozenset[str]:
    """Account numbers between commas. Raises UsageError that names the variable."""
    found = frozenset(filter(None, environment.get(name, "").replace(" ", "").split(",")))
    for account in found:
        if not _ACCOUNT.fullmatch(account):
            raise UsageError(f"{name} has no account number of 12 digits: {account[:40]!r}")
    return found
