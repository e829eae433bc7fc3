"""What the rematch works with in an account."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import boto3

from outrider.policy.signing import parse_key
from outrider.scan.advisories import manifest
from scanner_lambda.advisories import Advisories
from scanner_lambda.aws import parameters
from scanner_lambda.aws.bus import Bus
from scanner_lambda.aws.database_store import store
from scanner_lambda.aws.errors import CONFIG
from scanner_lambda.aws.index_store import index
from scanner_lambda.aws.store import Store
from scanner_lambda.aws.sweeping import BatchQueue
from scanner_lambda.aws.table import Table
from scanner_lambda.batching import send_all
from scanner_lambda.identity import identity
from scanner_lambda.judging import PACKS, Judge, packs_of
from scanner_lambda.rematch import Parts
from scanner_lambda.renewing import Renewer
from scanner_lambda.settings_database import RematchSettings
from scanner_lambda.shards import Shards
from scanner_lambda.shelf import Shelf, kept
from scanner_lambda.state import State


def parts(settings: RematchSettings, arn: str) -> Parts:
    """The rematch's parts in the account and region of the function with this ARN."""
    objects = store(settings.bucket)
    queue = BatchQueue(boto3.client("sqs", config=CONFIG), settings.rematch_queue_url)
    shards = Shards(objects.download, Path(tempfile.gettempdir()) / "outrider-db")
    bus = Bus(boto3.client("events", config=CONFIG), settings.bus)
    shelf = Shelf(objects.get, shards, lambda: _key(settings))
    table = Table(boto3.client("dynamodb", config=CONFIG), settings.table)
    return Parts(
        index=index(objects),
        shelf=shelf,
        renewer=lambda digest: _renewer(digest, shelf, Store(objects), table),
        send=lambda bodies, delay: send_all(bodies, lambda some: queue.send(some, delay), time.sleep),
        publish=bus.send,
        now=lambda: _words(datetime.now(UTC)),
        **identity(arn),
    )


def _renewer(digest: str, shelf: Shelf, documents: Store, table: Table) -> Renewer | None:
    """What makes anew what is stored, for the database of this digest. Raises as `Shelf`."""
    data = shelf.signed(digest)
    if data is None:
        return None
    now = datetime.now(UTC)
    found = Advisories(shelf.shards, manifest.parse(data, kept(digest)), data)
    return Renewer(
        documents=documents,
        state=State(table, int(now.timestamp())),
        judge=Judge(found, None, packs_of(PACKS), now),
        shelf=shelf,
        built=found.manifest.built,
        scanned=_words(now),
    )


def _words(moment: datetime) -> str:
    """RFC 3339."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _key(settings: RematchSettings) -> bytes:
    """The key that must have signed a database. Raises InvalidInput, EnvironmentFault."""
    if settings.public_key:
        return parse_key(settings.public_key)
    return parameters.key(boto3.client("ssm", config=CONFIG), settings.public_key_parameter)
