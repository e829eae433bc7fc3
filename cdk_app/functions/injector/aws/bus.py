"""The account's event bus."""

import json
from typing import TYPE_CHECKING

from outrider.account.errors import translated
from outrider.errors import EnvironmentFault
from outrider.model.envelope import BUS_SOURCE, Envelope, detail_type, dump

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient


class EventBus:
    """One bus."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client, self._name = client, name

    def send(self, one: Envelope) -> None:
        """Send one envelope. Raises EnvironmentFault when the bus does not take it."""
        with translated("cannot send to the bus"):
            answer = self._client.put_events(
                Entries=[
                    {
                        "Source": BUS_SOURCE,
                        "DetailType": detail_type(one.topic),
                        "Detail": json.dumps(dump(one), sort_keys=True),
                        "EventBusName": self._name,
                    }
                ]
            )
        if answer.get("FailedEntryCount"):
            code = answer["Entries"][0].get("ErrorCode", "unknown")
            raise EnvironmentFault(f"the bus does not take an event: {code}")
