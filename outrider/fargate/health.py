"""When a container counts as healthy: the state a health check goes through, by Docker's rules.

Source: https://docs.docker.com/reference/dockerfile/#healthcheck and the API reference, HealthCheck.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from outrider.fargate.task import HealthCheck


class Health(StrEnum):
    """What ECS reports of a container."""

    UNKNOWN = "UNKNOWN"
    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the checks of one run of a container have shown so far."""

    started_at: float
    """Seconds, on the clock that the caller uses throughout."""
    health: Health = Health.UNKNOWN
    failures: int = 0
    """Failed checks that count, in a row."""
    succeeded: bool = False
    """Whether one has ever succeeded: then the start period is over."""


def after_check(check: HealthCheck, pulse: Pulse, *, passed: bool, now: float) -> Pulse:
    """The pulse after one more check. Before a first success, failures in the start period do not count."""
    if passed:
        return replace(pulse, health=Health.HEALTHY, failures=0, succeeded=True)
    if not pulse.succeeded and now - pulse.started_at < check.start_period:
        return pulse
    failures = pulse.failures + 1
    health = Health.UNHEALTHY if failures >= check.retries else pulse.health
    return replace(pulse, failures=failures, health=health)
