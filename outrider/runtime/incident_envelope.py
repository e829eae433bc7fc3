"""Incidents as envelopes: whoever tells one, by whatever way, gives it the same id.

Arguments of programs stay behind, as with events: they may be credentials.
"""

from collections.abc import Mapping
from typing import Any

from outrider.model.envelope import Envelope, Subject, Topic, identity
from outrider.model.incident import Incident
from outrider.runtime import incident_json

LARGEST = 200 << 10
"""Bytes of an incident as JSON: with the envelope around it under what EventBridge takes, 256 KiB."""


def of_incident(incident: Incident, subject: Subject, *, account: str, region: str) -> Envelope:
    """The envelope in which a sidecar tells an incident of its task; `subject` is the task's container."""
    detail = incident_json.fitted(incident, LARGEST, arguments=False)
    return of_plain(detail, subject, account=account, region=region)


def of_plain(
    detail: Mapping[str, Any], subject: Subject, *, account: str, region: str, program: str = "sidecar"
) -> Envelope:
    """The same of an incident that was read. Each telling of it is a message, the incident's own id stays."""
    return Envelope(
        topic=Topic.INCIDENT,
        id=identity(Topic.INCIDENT, account, region, detail["id"], detail["state"], detail["end"]),
        time=detail["end"],
        account=account,
        region=region,
        program=program,
        subject=subject,
        detail=dict(detail),
    )
