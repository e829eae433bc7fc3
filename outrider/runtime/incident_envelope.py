"""Incidents as envelopes: whoever tells one, by whatever way, gives it the same id.

Arguments of programs have been left out of the JSON, as of events: they may be credentials.
"""

from collections.abc import Mapping
from typing import Any

from outrider.model.envelope import Envelope, Subject, Topic, identity

LARGEST = 200 << 10
"""Bytes of an incident as JSON: with the envelope around it under what EventBridge takes, 256 KiB."""


def of_incident(detail: Mapping[str, Any], subject: Subject, *, account: str, region: str) -> Envelope:
    """The envelope of an incident's JSON; `subject` is its task's container.

    Each telling of an incident is a message, the incident's own id stays.
    """
    return Envelope(
        topic=Topic.INCIDENT,
        id=identity(Topic.INCIDENT, account, region, detail["id"], detail["state"], detail["end"]),
        time=detail["end"],
        account=account,
        region=region,
        program="sidecar",
        subject=subject,
        detail=dict(detail),
    )
