"""What the rematch works with in an account."""

import json
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from outrider.errors import EnvironmentFault
from outrider.model.envelope import BUS_SOURCE, Envelope, detail_type, dump
from outrider.policy.signing import parse_key
from scanner_lambda.aws.database_store import store
from scanner_lambda.aws.errors import CONFIG, translated
from scanner_lambda.aws.sweeping import BatchQueue, identity
from scanner_lambda.batching import PAUSES, send_all
from scanner_lambda.index import Index
from scanner_lambda.rematch import Parts
from scanner_lambda.settings_database import RematchSettings
from scanner_lambda.shelf import Shelf

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_events.type_defs import PutEventsRequestEntryTypeDef

_ENTRIES = 10
_BYTES = 240 << 10


def parts(settings: RematchSettings, arn: str) -> Parts:
    """The rematch's parts in the account and region of the function with this ARN."""
    objects = store(settings.bucket)
    queue = BatchQueue(boto3.client("sqs", config=CONFIG), settings.rematch_queue_url)
    bus = boto3.client("events", config=CONFIG)
    key = parse_key(settings.public_key) if settings.public_key else b""
    return Parts(
        index=Index(objects, lambda: time.time_ns() // 1000),
        shelf=Shelf(objects.get, objects.download, Path(tempfile.gettempdir()) / "outrider-db", key),
        send=lambda bodies, delay: send_all(bodies, lambda some: queue.send(some, delay), time.sleep),
        publish=lambda envelopes: publish(bus, settings.bus, envelopes),
        now=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **identity(arn),
    )


def publish(client: "EventBridgeClient", bus: str, envelopes: Sequence[Envelope]) -> None:
    """Send envelopes, ten at a time; what the bus refuses is sent again. Raises EnvironmentFault."""
    entries: list[PutEventsRequestEntryTypeDef] = [
        {
            "Source": BUS_SOURCE,
            "DetailType": detail_type(one.topic),
            "Detail": json.dumps(dump(one)),
            "EventBusName": bus,
        }
        for one in envelopes
    ]
    while entries:
        batch = entries[:1]
        for entry in entries[1:_ENTRIES]:
            if sum(len(one.get("Detail", "")) for one in batch) + len(entry.get("Detail", "")) > _BYTES:
                break
            batch.append(entry)
        entries = entries[len(batch) :]
        _put(client, batch)


def _put(client: "EventBridgeClient", batch: "list[PutEventsRequestEntryTypeDef]") -> None:
    """One batch."""
    for pause in (*PAUSES, None):
        with translated("cannot send events"):
            found = client.put_events(Entries=batch)
        batch = [entry for entry, said in zip(batch, found["Entries"], strict=True) if said.get("ErrorCode")]
        if not batch:
            return
        if pause:
            time.sleep(pause)
    raise EnvironmentFault(f"the bus did not take {len(batch)} events")
