"""The reporter's settings, from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from outrider.errors import UsageError

MOST_NOTIFICATIONS = 20
"""Notifications an hour, unless set otherwise: what a person on call can still read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Names of everything it writes to."""

    models_table: str
    idempotency_table: str
    reports_bucket: str
    bus: str
    queue_url: str
    topic_arn: str = ""
    """Empty: nobody is notified."""
    security_hub: bool = False
    notifications: int = MOST_NOTIFICATIONS
    """Most an hour."""


def from_environment(variables: Mapping[str, str]) -> Settings:
    """Read them. Raises UsageError that names the variable."""
    return Settings(
        models_table=required(variables, "OUTRIDER_MODELS_TABLE"),
        idempotency_table=required(variables, "OUTRIDER_IDEMPOTENCY_TABLE"),
        reports_bucket=required(variables, "OUTRIDER_REPORTS_BUCKET"),
        bus=required(variables, "OUTRIDER_BUS_NAME"),
        queue_url=required(variables, "OUTRIDER_EVENTS_QUEUE_URL"),
        topic_arn=variables.get("OUTRIDER_TOPIC_ARN", ""),
        security_hub=switch(variables, "OUTRIDER_SECURITY_HUB"),
        notifications=_count(variables, "OUTRIDER_NOTIFICATIONS_PER_HOUR"),
    )


def required(variables: Mapping[str, str], name: str) -> str:
    """A variable that has to be there."""
    if value := variables.get(name, ""):
        return value
    raise UsageError(f"{name} is not set", hint="the CDK app sets it.")


def switch(variables: Mapping[str, str], name: str) -> bool:
    """`true` or `false`, which is the default."""
    value = variables.get(name, "false")
    if value not in ("true", "false"):
        raise UsageError(f"{name} is {value[:40]!r}", hint="it is `true` or `false`.")
    return value == "true"


def _count(variables: Mapping[str, str], name: str) -> int:
    """Notifications an hour."""
    value = variables.get(name, str(MOST_NOTIFICATIONS))
    if not (value.isascii() and value.isdigit() and 1 <= len(value) <= 4):
        raise UsageError(f"{name} is {value[:40]!r}", hint="it is a number from 0 to 9999.")
    return int(value)
