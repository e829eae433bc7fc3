"""`python -m cdk_app.costs`: what a month costs, of literal prices and loads; the README has its table."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from cdk_app.stacks.function import SIZES

HOURS = 730
"""Of a month."""
DAYS = 30
POLLS = 5 * 3 * 60 * HOURS
"""Receives of one idle queue: Lambda keeps five pollers, each asks for 20 s."""


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for one unit in us-east-1, without free tiers and discounts."""

    service: str
    dollars: float
    unit: str
    source: str
    """Where it was read, and when that was written."""


_KMS = (
    "aws.amazon.com/kms/pricing; factualminds.com/blog/aws-kms-pricing-keys-requests-multi-region (June 2026)"
)
_WATCH = "factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards (June 2026)"
_METRICS = "signoz.io/guides/cloudwatch-pricing (February 2026)"
_TABLES = "airbyte.com/data-engineering-resources/dynamodb-pricing (undated)"
_FARGATE = "wring.co/blog/aws-fargate-pricing-guide (March 2026)"
_UNDATED = "as AWS publishes it; no page that shows it was at hand"
PRICES = {
    "arm": Price("Lambda", 0.0000133334, "GB-second, arm64", "cloudchipr.com/blog/aws-lambda-pricing (2024)"),
    "x86": Price(
        "Lambda", 0.0000166667, "GB-second, x86_64", "cloudchipr.com/blog/aws-lambda-pricing (2024)"
    ),
    "invocation": Price("Lambda", 0.20e-6, "request", _UNDATED),
    "put": Price("S3", 0.005e-3, "PUT or LIST", _UNDATED),
    "get": Price("S3", 0.0004e-3, "GET", _UNDATED),
    "stored": Price("S3", 0.023, "GB-month", _UNDATED),
    "write": Price("DynamoDB", 0.625e-6, "write request unit", _TABLES),
    "read": Price("DynamoDB", 0.125e-6, "read request unit", _TABLES),
    "message": Price("SQS", 0.40e-6, "request", "cloudburn.io/blog/amazon-sqs-pricing (March 2026)"),
    "key": Price("KMS", 1.0, "key-month", _KMS),
    "kms": Price("KMS", 0.03e-4, "request", _KMS),
    "event": Price("EventBridge", 1.0e-6, "event of our own", _UNDATED),
    "log": Price("CloudWatch", 0.50, "GB of logs taken in", _WATCH),
    "metric": Price("CloudWatch", 0.30, "metric-month", _METRICS),
    "alarm": Price("CloudWatch", 0.10, "alarm-month", _UNDATED),
    "dashboard": Price("CloudWatch", 3.0, "dashboard-month", _WATCH),
    "trace": Price("X-Ray", 5.0e-6, "trace", "awsnegotiations.com/x-ray-pricing-strategy.html (undated)"),
    "image": Price("ECR", 0.10, "GB-month", _UNDATED),
    "vcpu": Price("taken from the tasks", 0.04048, "vCPU-hour of Fargate", _FARGATE),
    "memory": Price("taken from the tasks", 0.004445, "GB-hour of Fargate", _FARGATE),
}


def seconds(function: str, duration: float) -> float:
    """GB-seconds of one invocation of a function of the app."""
    return SIZES[function].memory / 1024 * duration


Load = Mapping[str, float]
"""Price → units a month."""


def add(*loads: Load) -> dict[str, float]:
    """All of them together."""
    return {name: total for name in PRICES if (total := sum(load.get(name, 0) for load in loads))}


def times(count: float, load: Load) -> dict[str, float]:
    """As often."""
    return {name: count * units for name, units in load.items()}


FULL_SCAN, SEEN_SCAN, FUNCTION_SCAN = 12.0, 1.68, 4.04
"""Seconds on two busy processors; the README's Promises say how they were measured."""
WARM = 0.00032
"""Seconds that the layer adds to a warm invocation; the same."""
SIDECAR_GB, SIDECAR_VCPU = 128 / 1024, 0.01
"""What the sidecar should find free; a hundredth of a processor is assumed."""
ALARMS, QUEUES, METRICS = 23, 4, 30


def job(duration: float) -> dict[str, float]:
    """One message of ScanFunction."""
    return {
        "arm": seconds("ScanFunction", duration),
        "invocation": 1, "message": 3, "trace": 1, "kms": 1, "get": 20, "put": 1, "read": 4, "write": 4,
        "log": 5e-6,
    }  # fmt: skip


TOLD = {
    "event": 1, "message": 0.3, "write": 6, "read": 2, "put": 1, "kms": 0.01, "log": 1e-6,
    "arm": seconds("ReporterFunction", 0.02), "invocation": 0.01, "trace": 0.01,
}  # fmt: skip
"""One finding or deviation, from the bus or a log to all sinks; batches of 100."""
LOOK = {"arm": seconds("StagesFunction", 0.05), "read": 20}
"""One look at a version: its model has at most 64 KiB, read whole."""
NOTED = {"read": 4, "write": 16}
"""A deviation is noted with the others of its version, at most 256, in an item of 15 KB."""
LOADS: dict[str, Load] = {
    "nothing yet": add(
        {
            "key": 1,
            "alarm": ALARMS,
            "metric": METRICS,
            "dashboard": 1,
            "message": QUEUES * POLLS,
            "image": 0.04,
        },
        times(DAYS, {"arm": seconds("SweepFunction", 30), "invocation": 1, "trace": 1}),
        times(HOURS, {"arm": seconds("InjectorFunction", 10), "invocation": 1, "trace": 1}),
        times(4 * HOURS, {"arm": seconds("StagesFunction", 1), "invocation": 1, "trace": 1, "read": 4}),
        times(4 * DAYS, {"arm": seconds("DatabaseFunction", 300), "put": 300, "get": 300, "invocation": 1}),
        {"stored": 2, "log": 0.1},
    ),
    "100 tasks": add(
        times(100 * HOURS, {"memory": SIDECAR_GB, "vcpu": SIDECAR_VCPU}),
        times(100 * DAYS * 50, add(TOLD, NOTED, {"log": 1e-6})),
        times(100 * HOURS * 240, {"get": 1}),
        times(100 * 4, {"arm": seconds("InjectorFunction", 2), "invocation": 1, "message": 3, "trace": 1}),
        times(100 * 4 * HOURS, LOOK),
    ),
    "100 functions": add(
        times(100 * 4, job(FUNCTION_SCAN)),
        times(100 * DAYS, job(SEEN_SCAN)),
        times(100 * 20, TOLD),
        times(100 * 1_000_000, {"x86": 0.5 * WARM}),
        times(100 * DAYS * 50, add(TOLD, NOTED, {"log": 1e-6})),
        times(100 * 4, {"arm": seconds("InjectorFunction", 2), "invocation": 1, "message": 3, "trace": 1}),
    ),
    "1,000 images": add(
        times(1_000, job(FULL_SCAN)),
        times(1_000 * DAYS, job(SEEN_SCAN)),
        times(1_000 * 100, TOLD),
        times(1_000, {"put": 10, "stored": 0.002}),
    ),
}
"""What a month has → its units. The README says what is assumed."""


def dollars(load: Load, service: str) -> float:
    """Of one service."""
    return sum(
        units * PRICES[name].dollars for name, units in load.items() if PRICES[name].service == service
    )


def table() -> str:
    """The README's table: a line for each service, the sum of what is billed last but one."""
    services = list(dict.fromkeys(price.service for price in PRICES.values()))
    billed = services[:-1]
    lines = [f"| $ a month | {' | '.join(LOADS)} |", f"|---|{'---|' * len(LOADS)}"]
    for service in billed:
        lines.append(_line(service, [dollars(load, service) for load in LOADS.values()]))
    sums = [sum(dollars(load, service) for service in billed) for load in LOADS.values()]
    lines.append(_line("**billed**", sums))
    lines.append(_line(services[-1], [dollars(load, services[-1]) for load in LOADS.values()]))
    return "\n".join(lines) + "\n"


def _line(name: str, values: list[float]) -> str:
    return f"| {name} | {' | '.join(f'{value:.2f}' if value else '' for value in values)} |"


def main() -> int:
    """Entry point."""
    sys.stdout.write(table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
