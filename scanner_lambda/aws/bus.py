"""Envelopes to the event bus, in as few calls as EventBridge allows."""

from collections.abc import Iterable, Mapping
from time import sleep
from typing import TYPE_CHECKING

from outrider import limits
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.model import envelope
from outrider.model.batches import batches
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
        return sum(
            self._batch(batch)
            for batch in batches(map(self._entry, envelopes), _size, count=_ENTRIES, total=_BYTES)
        )

    def _entry(self, one: Envelope) -> dict[str, str]:
        """One entry of PutEvents."""
        entry = envelope.event(one, self._name)
        if (size := len(entry["Detail"])) > limits.ENVELOPE:
            raise InvalidInput(f"an envelope has at most {limits.ENVELOPE} bytes, this one {size}")
        return entry

    def _batch(self, entries: list[dict[str, str]]) -> int:
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


def _size(entry: Mapping[str, str]) -> int:
    """What an entry counts."""
    return sum(len(entry[name]) for name in ("Source", "DetailType", "Detail"))
