"""The reporter's entry: a batch of the events queue, or one delivery of a log subscription."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from os import environ
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from cdk_app.functions.reporter import intake, metrics
from cdk_app.functions.reporter.delivery import Ledger, Result, Sink, deliver
from cdk_app.functions.reporter.intake import Line, Told
from cdk_app.functions.reporter.routing import BUS, HUB, LAKE, MODELS, TOPIC, deviation, opened
from cdk_app.functions.reporter.settings import from_environment
from outrider.errors import InvalidInput, OutriderError
from outrider.report.harmless import harmless

_LOGGER = Logger(service="outrider-reporter")
_METRICS = Metrics(namespace="Outrider", service="reporter")


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything the reporter writes to."""

    sinks: Mapping[str, Sink]
    ledger: Ledger
    again: Any
    """The events queue, for log lines: `send(message)`."""


@_METRICS.log_metrics(raise_on_empty_metrics=False)
def handler(event: Any, _context: Any) -> dict[str, Any]:
    """Answer with the messages that have to come again; of logs none, or an error for all."""
    return handle(event, _doors(), environ.get("AWS_REGION", ""))


def handle(event: Any, doors: Doors, region: str) -> dict[str, Any]:
    """The same, with doors given. Raises OutriderError: a log delivery could not be taken in."""
    if isinstance(event, dict) and "awslogs" in event:
        return _logs(event["awslogs"], doors, region)
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list):
        raise InvalidInput("neither a batch of SQS nor a log delivery")
    return _batch(records, doors)


def _batch(records: list[Any], doors: Doors) -> dict[str, Any]:
    """Messages of the queue, each with a fate of its own."""
    refused: set[str] = set()
    told: dict[str, Told] = {}
    for record in records:
        name = str(record.get("messageId"))
        try:
            if (one := intake.from_message(record.get("body"))) is not None:
                told[name] = one
        except OutriderError as error:
            _refuse(name, error)
            refused.add(name)
    result = _deliver(told.values(), doors)
    again = refused | {name for name, one in told.items() if one.envelope.id in result.problems}
    return {"batchItemFailures": [{"itemIdentifier": name} for name in sorted(again)]}


def _logs(carried: Any, doors: Doors, region: str) -> dict[str, Any]:
    """Lines of a subscription: those that fail become messages of the queue, which has retries and a DLQ."""
    data = carried.get("data") if isinstance(carried, dict) else None
    told: list[tuple[Line, Told]] = []
    again: list[Line] = []
    for line in intake.lines(data, region):
        try:
            if (envelope := intake.from_line(line)) is not None:
                told.append((line, Told(envelope)))
        except OutriderError as error:
            _refuse(line.group, error)
            again.append(line)
    result = _deliver([one for _, one in told], doors)
    again.extend(line for line, one in told if one.envelope.id in result.problems)
    for line in again:
        doors.again.send(line.message())
    return {"taken": len(told), "again": len(again)}


def _refuse(name: str, error: OutriderError) -> None:
    """A record that is not what it should be."""
    _METRICS.add_metric(metrics.REFUSED, MetricUnit.Count, 1)
    _LOGGER.warning(
        "record refused", extra={"record": harmless(name, 200), "reason": harmless(error.message)}
    )


def _deliver(told: Iterable[Told], doors: Doors) -> Result:
    """Deliver, count, and say what failed."""
    ones = list(told)
    result = deliver(ones, doors.sinks, doors.ledger)
    _METRICS.add_metric(metrics.RECEIVED, MetricUnit.Count, len(ones))
    _METRICS.add_metric(metrics.DUPLICATES, MetricUnit.Count, result.duplicates)
    verdicts = [deviation(one.envelope) for one in ones]
    _METRICS.add_metric(metrics.BLOCKED, MetricUnit.Count, verdicts.count("block"))
    _METRICS.add_metric(metrics.ALERTED, MetricUnit.Count, verdicts.count("alert"))
    _METRICS.add_metric(metrics.INCIDENTS, MetricUnit.Count, sum(opened(one.envelope) for one in ones))
    _METRICS.add_metric(metrics.DELIVERED, MetricUnit.Count, result.delivered.total())
    _METRICS.add_metric(metrics.FAILED, MetricUnit.Count, result.failed.total())
    for id, problem in sorted(result.problems.items()):
        _LOGGER.error("not delivered", extra={"envelope": id, "problem": harmless(problem)})
    return result


def _suppressed() -> None:
    """A notification over the bound."""
    _METRICS.add_metric(metrics.SUPPRESSED, MetricUnit.Count, 1)


@cache
def _doors() -> Doors:
    """Doors of this function, once a cold start."""
    from cdk_app.functions.reporter.aws import sinks, tables  # noqa: PLC0415 - boto3 is heavy
    from cdk_app.functions.reporter.aws.client import client  # noqa: PLC0415
    from cdk_app.functions.reporter.model_sink import ModelSink  # noqa: PLC0415

    settings = from_environment(environ)
    dynamodb = client("dynamodb")
    ledger = tables.DynamoLedger(dynamodb, settings.idempotency_table)
    found: dict[str, Sink] = {
        MODELS: ModelSink(tables.DynamoModels(dynamodb, settings.models_table)),
        LAKE: sinks.Lake(client("s3"), settings.reports_bucket),
        BUS: sinks.Bus(client("events"), settings.bus),
    }
    if settings.security_hub:
        found[HUB] = sinks.Hub(client("securityhub"))
    if settings.topic_arn:

        def may() -> bool:
            return ledger.count("topic", settings.notifications, 1)

        found[TOPIC] = sinks.Notices(client("sns"), settings.topic_arn, may, _suppressed)
    return Doors(found, ledger, sinks.Queue(client("sqs"), settings.queue_url))
