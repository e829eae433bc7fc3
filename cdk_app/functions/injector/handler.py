"""The injector's entry: a batch of the events queue, the schedule, or a command."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from os import environ
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from outrider.account.errors import TryAgainError
from outrider.errors import InvalidInput, OutriderError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from cdk_app.functions.injector.program import Program

_logger = Logger(service="injector")
_metrics = Metrics(namespace="Outrider", service="injector")


def handler(event: Any, context: LambdaContext) -> Any:
    """Answer a batch with the messages that have to come again, a command with what came of it."""
    try:
        program, margin = _program(context.invoked_function_arn)
        return handle(event, context, program, margin)
    finally:
        _metrics.flush_metrics()


def handle(event: Any, context: LambdaContext, program: Program, margin: int) -> Any:
    """The same, with the program given; `margin`: milliseconds in which nothing new is begun.

    Raises OutriderError for a command that could not be carried out.
    """

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > margin

    if isinstance(event, dict) and "Records" in event:
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        worker = partial(_record, program.with_switch(), has_time)
        return process_partial_response(
            event=event, record_handler=worker, processor=processor, context=context
        )
    return _direct(event, program, has_time)


def _direct(event: Any, program: Program, has_time: Callable[[], bool]) -> Any:
    """A command, or an event that came without a queue."""
    from cdk_app.functions.injector import events  # noqa: PLC0415 - after the cold start's first answer

    try:
        asked = events.read(event, account=program.account, region=program.region, own=program.own)
        told = program.with_switch().work(asked, has_time)
    except Exception as error:
        _tell(program, "command", error)
        raise
    _count_outcome(told)
    return told


def _record(program: Program, has_time: Callable[[], bool], record: SQSRecord) -> None:
    """One message. Raises where it is to come again and, after that, to go to the DLQ."""
    _count("Messages")
    if not has_time():
        raise TryAgainError("no time is left in this invocation")
    try:
        told = program.work(program.parse(record.body), has_time)
    except TryAgainError as error:
        _logger.info("comes again", message_id=record.message_id, reason=error.message)
        raise
    except Exception as error:
        _tell(program, record.message_id, error)
        raise
    _count_outcome(told)


def _count_outcome(told: dict[str, Any]) -> None:
    """Metrics and the log line of what was done."""
    _logger.info("done", told=told)
    if "ignored" in told:
        _count("Ignored")
    elif "outcome" in told:
        _count(f"Outcomes{str(told['outcome']).capitalize()}")
        if told.get("act") not in (None, "none"):
            _count("Acts")


def _tell(program: Program, what: str, error: Exception) -> None:
    """Say that something failed: in the log, as a metric, and on the bus if that is up."""
    known = isinstance(error, OutriderError)
    words, hint = (
        (error.message, error.hint) if isinstance(error, OutriderError) else (type(error).__name__, "")
    )
    refused = isinstance(error, InvalidInput)
    say = _logger.error if known else _logger.exception
    say("refused" if refused else "failed", what=what, error=words, hint=hint)
    _count("Refused" if refused else "Failed")
    with suppress(OutriderError):
        program.recorder.bus.send(program.trouble(what, words, hint))


def _count(name: str) -> None:
    """Count something."""
    _metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)


def _subject_failed(name: str, error: Exception) -> None:
    """One subject of a reconcile failed; its outcome says so too."""
    _logger.error("failed", what=name, error=str(error))
    _count("Failed")


@cache
def _program(arn: str) -> tuple[Program, int]:
    """What lives as long as the sandbox, and the margin of its settings."""
    from cdk_app.functions.injector import building, settings  # noqa: PLC0415 - boto3 is heavy

    read = settings.read(environ)
    return building.build(arn, read, _subject_failed), read.margin_ms
