"""What the rematch works with in an account."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import boto3

from outrider.policy.signing import parse_key
from scanner_lambda.aws import parameters
from scanner_lambda.aws.bus import Bus
from scanner_lambda.aws.database_store import store
from scanner_lambda.aws.errors import CONFIG
from scanner_lambda.aws.index_store import index
from scanner_lambda.aws.sweeping import BatchQueue
from scanner_lambda.batching import send_all
from scanner_lambda.identity import identity
from scanner_lambda.rematch import Parts
from scanner_lambda.settings_database import RematchSettings
from scanner_lambda.shards import Shards
from scanner_lambda.shelf import Shelf


def parts(settings: RematchSettings, arn: str) -> Parts:
    """The rematch's parts in the account and region of the function with this ARN."""
    objects = store(settings.bucket)
    queue = BatchQueue(boto3.client("sqs", config=CONFIG), settings.rematch_queue_url)
    shards = Shards(objects.download, Path(tempfile.gettempdir()) / "outrider-db")
    bus = Bus(boto3.client("events", config=CONFIG), settings.bus)
    return Parts(
        index=index(objects),
        shelf=Shelf(objects.get, shards, lambda: _key(settings)),
        send=lambda bodies, delay: send_all(bodies, lambda some: queue.send(some, delay), time.sleep),
        publish=bus.send,
        now=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **identity(arn),
    )


def _key(settings: RematchSettings) -> bytes:
    """The key that must have signed a database. Raises InvalidInput, EnvironmentFault."""
    if settings.public_key:
        return parse_key(settings.public_key)
    return parameters.key(boto3.client("ssm", config=CONFIG), settings.public_key_parameter)
