"""The rematch's entry point: a message that is none fails alone, clients are made once a sandbox."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from demo.account.pump import Context
from scanner_lambda import rematch
from scanner_lambda.aws.database_store import store
from scanner_lambda.rematch_messages import messages, write_changes
from scanner_lambda.rematching import Affected

KEY = f"rematch/{'a' * 16}-{'b' * 16}/0.0.json.zst"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    variables = {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "OUTRIDER_STATE_BUCKET": "state",
        "OUTRIDER_BUS_NAME": "outrider",
        "OUTRIDER_SCANS_TABLE": "scans",
        "OUTRIDER_DATABASE_PUBLIC_KEY_PARAMETER": "/not/there",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    rematch._parts.cache_clear()
    with mock_aws():
        queue = boto3.client("sqs").create_queue(QueueName="rematch")["QueueUrl"]
        monkeypatch.setenv("OUTRIDER_REMATCH_QUEUE_URL", queue)
        place: Any = {"LocationConstraint": "eu-central-1"}
        boto3.client("s3").create_bucket(Bucket="state", CreateBucketConfiguration=place)
        boto3.client("events").create_event_bus(Name="outrider")
        yield
    rematch._parts.cache_clear()


def record(number: int, body: str) -> dict[str, Any]:
    return {"messageId": str(number), "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"}


def test_a_message_that_is_none_fails_alone_and_no_key_is_asked_for(account: None) -> None:
    store("state").put(KEY, write_changes([]))
    (good,) = messages(KEY, "b" * 64, [Affected(f"image:sha256:{'c' * 64}", ())])
    event = {"Records": [record(1, good), record(2, "{"), record(3, good)]}
    for _ in range(2):
        answer = rematch.handler(event, Context("rematch"))
        assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert rematch._parts.cache_info().misses == 1
