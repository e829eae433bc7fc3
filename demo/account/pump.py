"""Plays Lambda's event source mapping for SQS: batches to a handler, what failed back to the queue.

As AWS documents it for ReportBatchItemFailures: an answer without failures deletes the batch;
`batchItemFailures` keeps those that it names; an answer that cannot be read, an itemIdentifier of
nobody, or an exception keeps all of them. What is kept is visible again at once here (in AWS: after the
visibility timeout), and the queue's own redrive policy moves it to its dead-letter queue after
`maxReceiveCount` receives.

What of AWS it does not do: scale out (one batch at a time), FIFO, filters, batching windows, timeouts
of the function.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

Record = dict[str, Any]
Handler = Callable[[dict[str, Any], Any], Any]
MOST_BATCHES = 500
"""A queue that is never empty is a loop of ours, not work."""


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda hands to a handler beside the event."""

    function_name: str
    memory_limit_in_mb: int = 1024
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"
    seconds: float = 900.0

    @property
    def invoked_function_arn(self) -> str:
        """Of nobody's account."""
        return f"arn:aws:lambda:eu-central-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """All of it: nothing here takes 15 minutes."""
        return int(self.seconds * 1000)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one emptying of a queue came to."""

    batches: int
    done: int
    """Messages deleted."""
    kept: int
    """Deliveries that went back to the queue."""
    errors: tuple[str, ...] = ()
    """What handlers raised."""


@dataclass
class Pump:
    """One event source mapping."""

    sqs: "SQSClient"
    queue: str
    """URL."""
    handler: Handler
    name: str
    """Of the function."""
    batch: int = 10
    arrange: Callable[[list[Record]], list[Record]] = field(default=lambda records: records)
    """Between queue and handler: a place to repeat and reorder, as at-least-once delivery may."""

    def drain(self) -> Delivered:
        """Deliver until nothing is visible."""
        batches = done = kept = 0
        errors: list[str] = []
        arn = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]
        while records := self._received(arn["QueueArn"]):
            if batches == MOST_BATCHES:
                raise RuntimeError(f"{self.queue} is still not empty after {batches} batches")
            batches += 1
            failed = self._handled(records, errors)
            for record in records:
                handle = record["receiptHandle"]
                if record["messageId"] in failed:
                    kept += 1
                    self.sqs.change_message_visibility(
                        QueueUrl=self.queue, ReceiptHandle=handle, VisibilityTimeout=0
                    )
                else:
                    done += 1
                    self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=handle)
        return Delivered(batches, done, kept, tuple(errors))

    def _handled(self, records: list[Record], errors: list[str]) -> set[str]:
        """Deliver one batch; the ids of what has to come again."""
        delivered = self.arrange(records)
        try:
            answer = self.handler({"Records": delivered}, Context(self.name))
        except Exception as error:  # noqa: BLE001 - whatever a function raises, Lambda only sees that it did
            errors.append(f"{type(error).__name__}: {error}")
            return {record["messageId"] for record in records}
        return failures(answer, [record["messageId"] for record in delivered])

    def _received(self, arn: str) -> list[Record]:
        """The next batch, as records of the event."""
        found = self.sqs.receive_message(
            QueueUrl=self.queue,
            MaxNumberOfMessages=self.batch,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
            VisibilityTimeout=300,
        )
        return [record(message, arn) for message in found.get("Messages", ())]


def record(message: Mapping[str, Any], arn: str) -> Record:
    """A message as it stands in the event."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }


def failures(answer: Any, ids: Sequence[str]) -> set[str]:
    """Which messages of a batch come again, by what the handler answered."""
    if answer is None or answer == {}:
        return set()
    try:
        named = {entry["itemIdentifier"] for entry in answer.get("batchItemFailures") or ()}
    except (AttributeError, TypeError, KeyError):
        return set(ids)
    return named if named <= set(ids) else set(ids)


def bodies(sqs: "SQSClient", queue: str) -> list[Any]:
    """Take all messages out of a queue; their bodies, from JSON."""
    found: list[Any] = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found
