"""A line that a defender told → an envelope."""

from typing import Any

from outrider.errors import InvalidInput
from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic
from outrider.model.event import FUNCTION, Event
from outrider.runtime import acts, jsonl
from outrider.runtime.acts import Acts
from outrider.runtime.event_envelope import bare, identity_of
from outrider.runtime.incident_envelope import of_incident


def of_line(plain: dict[str, Any], told: Event | Acts, *, account: str, region: str, group: str) -> Envelope:
    """The envelope of a log line; `plain` is the line's JSON, `told` the same, read.

    Raises InvalidInput: the line's times are none.
    """
    function = told.function
    digest = told.image if isinstance(told, Acts) else ""
    kind = SubjectKind.FUNCTION if function else SubjectKind.TASK
    place = f"arn:aws:lambda:{region}:{account}:function:{function}" if function else group
    subject = Subject(kind=kind, id=place, name=function or group, digest=digest, container=_container(told))
    return Envelope(
        topic=Topic.EVENT,
        id=identity_of(told, plain, account=account, region=region, place=place if function else ""),
        time=_time(told),
        account=account,
        region=region,
        program="layer" if function else "sidecar",
        subject=subject,
        detail=bare(plain),
    )


def of_incident_line(plain: dict[str, Any], *, account: str, region: str, group: str) -> Envelope:
    """The envelope of a log line that tells an incident. Raises InvalidInput: it is malformed."""
    detail = checked_incident(plain)
    container = detail["container"]
    subject = Subject(kind=SubjectKind.TASK, id=group, name=group, container=container)
    return of_incident(detail, subject, account=account, region=region)


def checked_incident(plain: dict[str, Any]) -> dict[str, Any]:
    """An incident, read whole, without the arguments of programs. Raises InvalidInput."""
    from outrider.runtime import incident_document  # noqa: PLC0415 - incidents are rare, cold starts are not

    return incident_document.read(plain)


def read(envelope: Envelope) -> Event | Acts:
    """The event that an envelope carries. Raises InvalidInput."""
    if envelope.topic is not Topic.EVENT:
        raise InvalidInput("the envelope carries no event")
    detail = dict(envelope.detail)
    return acts.from_plain(detail) if detail.get("schema") == acts.SCHEMA else jsonl.from_plain(detail)


def _container(told: Event | Acts) -> str:
    """Name of the container."""
    return FUNCTION if isinstance(told, Acts) else told.container


def _time(told: Event | Acts) -> str:
    """When it happened; of acts, the last of them."""
    times = [seen.last_ns for _, seen in told.acts] if isinstance(told, Acts) else [told.time_ns]
    return jsonl.format_time(max(times, default=0))
