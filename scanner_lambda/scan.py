"""The function that scans: a batch of messages in, those that failed out."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from outrider.errors import InvalidInput, OutriderError
from scanner_lambda import jobs
from scanner_lambda.jobs import Ignored, Job
from scanner_lambda.progress import ContinueLater, Counts, NotThere, ScannedElsewhere
from scanner_lambda.publishing import trouble

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from scanner_lambda.program import Program

_logger = Logger(service="scanner")
_metrics = Metrics(namespace="Outrider", service="scanner")

_MEMORY = 0.9
"""Part of the function's memory that Python may use: what is over it is an error, not the end."""


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point: an SQS batch. Answers which messages failed; the others are done."""
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    try:
        program = _program(context.invoked_function_arn)
        program.begin(context)
        return process_partial_response(
            event=event, record_handler=partial(work, program), processor=processor, context=context
        )
    finally:
        _metrics.flush_metrics()


def work(program: Program, record: SQSRecord) -> None:
    """One record. Raises where it is to be delivered again and, after that, to go to the DLQ."""
    _count("Messages")
    try:
        job = jobs.parse(record.body)
        if isinstance(job, Ignored):
            _logger.info("ignored", reason=job.reason, message_id=record.message_id)
            _count("Ignored")
            return
        scan(program, job)
    except ScannedElsewhere:
        _logger.info("scanned by another invocation now", message_id=record.message_id)
        raise
    except Exception as error:
        _tell(program, record.message_id, error)
        raise


def scan(program: Program, job: Job) -> None:
    """One job. Raises InvalidInput, EnvironmentFault."""
    _logger.info("scanning", **_words(job))
    try:
        counts = program.scan(job)
    except NotThere as error:  # it was deleted meanwhile: nothing is left that could be looked at
        _logger.info("no longer there", reason=error.message, **_words(job))
        _count("NoLongerThere")
        return
    except ContinueLater as error:
        program.later(job)
        _logger.info("continued later", reason=error.message, **_words(job))
        _count("Continued")
        return
    _told(counts)


def _told(counts: Counts) -> None:
    """Metrics of a scan that came to its end."""
    _count("Scans")
    _count("PartsRead", counts.read)
    _count("PartsKnown", counts.known)
    _metrics.add_metric(name="BytesRead", unit=MetricUnit.Bytes, value=counts.bytes)


def _tell(program: Program, message_id: str, error: Exception) -> None:
    """Say that a message failed: in the log, as a metric, and on the bus if that is up."""
    words, hint = (
        (error.message, error.hint) if isinstance(error, OutriderError) else (type(error).__name__, "")
    )
    refused = isinstance(error, InvalidInput)
    known = isinstance(error, OutriderError)
    say = _logger.error if known else _logger.exception
    say("refused" if refused else "failed", message_id=message_id, error=words, hint=hint)
    _count("Refused" if refused else "Failed")
    with suppress(OutriderError):
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = trouble(message_id, words, hint, time=now, account=program.account, region=program.region)
        program.bus.send([said])


def _count(name: str, value: int = 1) -> None:
    """Count something."""
    _metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def _words(job: Job) -> dict[str, Any]:
    """A job in the log."""
    return {"job": {"kind": job.kind, "artifact": job.function or job.repository, "digest": job.digest,
                    "tag": job.tag, "reason": job.reason, "attempt": job.attempt}}  # fmt: skip


@cache
def _program(arn: str) -> Program:
    """What lives as long as the function's sandbox."""
    from scanner_lambda import program, settings  # noqa: PLC0415 - boto3, and every extractor: once, when needed

    _limit(os.environ)
    return program.build(arn, settings.read(os.environ), Path("/tmp/outrider-db"))  # noqa: S108 - Lambda's own


def _limit(environment: Mapping[str, str], setting: Callable[..., None] = resource.setrlimit) -> None:
    """Have Python see an error where Lambda would kill the sandbox, and nobody would hear why."""
    memory = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "")
    if memory.isdecimal():
        most = int(int(memory) * _MEMORY) << 20
        setting(resource.RLIMIT_DATA, (most, most))
