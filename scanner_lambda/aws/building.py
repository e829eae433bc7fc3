"""What the builder works with in an account."""

import time
from collections.abc import Callable

import boto3

from scanner_lambda.aws.database_store import private_key, store
from scanner_lambda.aws.errors import CONFIG
from scanner_lambda.aws.sweeping import BatchQueue
from scanner_lambda.batching import send_all
from scanner_lambda.database import Parts, now
from scanner_lambda.settings_database import DatabaseSettings


def parts(settings: DatabaseSettings, age: Callable[[float], None]) -> Parts:
    """The builder's parts."""
    queue = BatchQueue(boto3.client("sqs", config=CONFIG), settings.rematch_queue_url)
    return Parts(
        objects=store(settings.bucket),
        mirror=settings.mirror,
        feeds=settings.feeds,
        private_key=lambda: private_key(settings.key_parameter),
        send=lambda body: not send_all([body], queue.send, time.sleep),
        age=age,
        now=now,
    )
