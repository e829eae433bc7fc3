"""Envelopes to the event bus, in as few calls as EventBridge allows."""

import json
from collections.abc import Iterable, Iterator
from time import sleep
from typing import TYPE_CHECKING, Any

from outrider import limits
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import envelope
from outrider.model.envelope import Envelope
from scanner_lambda.aws.errors import translated

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

_ENTRIES = 10
_BYTES = 256 << 10
"""Of all entries of one call: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html"""

_PAUSES = (0.1, 0.4, 1.6, 3.2)
"""Seconds before the entries that were not taken are sent again."""


class Bus:
    """One event bus."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client, self._name = client, name

    def send(self, envelopes: Iterable[Envelope]) -> int:
        """Send envelopes; gives their number. Entries that are not taken are sent again, and only those.

        Raises EnvironmentFault when some are never taken: then those before them were.
        """
        return sum(self._batch(batch) for batch in _batches(map(self._entry, envelopes)))

    def _entry(self, one: Envelope) -> dict[str, Any]:
        """One entry of PutEvents."""
        detail = json.dumps(envelope.dump(one), separators=(",", ":"), sort_keys=True)
        if len(detail) > limits.ENVELOPE:
            raise InvalidInput(f"an envelope has at most {limits.ENVELOPE} bytes, this one {len(detail)}")
        return {
            "Source": envelope.BUS_SOURCE,
            "DetailType": envelope.detail_type(one.topic),
            "Detail": detail,
            "EventBusName": self._name,
        }

    def _batch(self, entries: list[dict[str, Any]]) -> int:
        """One call, and more of them for what was not taken."""
        left = entries
        for pause in (*_PAUSES, None):
            with translated("cannot send to the bus"):
                answer = self._client.put_events(Entries=left)  # type: ignore[arg-type]
            told = answer.get("Entries", [])
            left = [one for one, result in zip(left, told, strict=True) if result.get("ErrorCode")]
            if not left:
                return len(entries)
            if pause is not None:
                sleep(pause)
        codes = sorted({str(result.get("ErrorCode")) for result in told if result.get("ErrorCode")})
        raise EnvironmentFault(f"the bus does not take {len(left)} of {len(entries)} events: {codes}")


def _batches(entries: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Entries in groups that one call may have."""
    batch: list[dict[str, Any]] = []
    total = 0
    for entry in entries:
        size = sum(len(str(entry[name])) for name in ("Source", "DetailType", "Detail"))
        if batch and (len(batch) == _ENTRIES or total + size > _BYTES):
            yield batch
            batch, total = [], 0
        batch.append(entry)
        total += size
    if batch:
        yield batch
