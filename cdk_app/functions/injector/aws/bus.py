"""The account's event bus."""

from typing import TYPE_CHECKING

from outrider.account.errors import translated
from outrider.errors import EnvironmentFault
from outrider.model import envelope
from outrider.model.envelope import Envelope

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient


class EventBus:
    """One bus."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client, self._name = client, name

    def send(self, one: Envelope) -> None:
        """Send one envelope. Raises EnvironmentFault when the bus does not take it."""
        with translated("cannot send to the bus"):
            answer = self._client.put_events(Entries=[envelope.event(one, self._name)])  # type: ignore[list-item]
        if answer.get("FailedEntryCount"):
            code = answer["Entries"][0].get("ErrorCode", "unknown")
            raise EnvironmentFault(f"the bus does not take an event: {code}")
