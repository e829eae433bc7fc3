"""Messages as the reporter gets them."""

import base64
import gzip
import json
from typing import Any

from outrider.model.envelope import Envelope, Subject, SubjectKind, Topic, detail_type, dump, identity
from outrider.model.event import Address, Event, FrameType, Kind, Verdict
from outrider.runtime import jsonl

ACCOUNT, REGION = "123456789012", "eu-west-1"


def act(seq: int, instance: str = "aa", verdict: Verdict = Verdict.ALERT, **more: Any) -> Event:
    """An act of a task's container."""
    known: dict[str, Any] = {
        "type": FrameType.EVENT,
        "seq": seq,
        "time_ns": 1_700_000_000_000_000_000 + seq,
        "instance": instance,
        "container": "web",
        "kind": Kind.EXEC,
        "verdict": verdict,
        "pid": 7,
        "program": "/bin/sh",
        "target": f"/bin/tool{seq % 5}",
        "argv": ("/bin/tool", "--password=hunter2"),
    }
    return Event(**(known | more))


def peer(port: int) -> Address:
    """Somebody to connect to."""
    return Address("inet", "tcp", "192.0.2.7", port)


def event_envelope(event: Event) -> Envelope:
    """As the sidecar sends it."""
    return Envelope(
        topic=Topic.EVENT,
        id=identity(Topic.EVENT, ACCOUNT, REGION, event.instance, str(event.seq), str(event.time_ns)),
        time=jsonl.format_time(event.time_ns),
        account=ACCOUNT,
        region=REGION,
        program="sidecar",
        subject=Subject(
            kind=SubjectKind.TASK,
            id=f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/c/{event.instance}",
            name="shop",
            digest="sha256:" + "b" * 64,
            container=event.container,
        ),
        detail=jsonl.to_plain(event),
    )


def finding_envelope(number: int, severity: str = "critical") -> Envelope:
    """As the scanner sends it."""
    return Envelope(
        topic=Topic.FINDING,
        id=identity(Topic.FINDING, str(number)),
        time="2026-11-24T01:02:03Z",
        account=ACCOUNT,
        region=REGION,
        program="scanner",
        subject=Subject(kind=SubjectKind.IMAGE, id="shop@sha256:1", name="shop:1"),
        detail={
            "family": "vulnerability",
            "id": f"CVE-2024-{number}",
            "known_as": f"{number:032x}",
            "severity": severity,
            "subject": f"CVE-2024-{number} in openssl 3",
        },
    )


def bus_body(envelope: Envelope) -> str:
    """As a rule of our bus puts it on the queue."""
    wrapped = {"source": "outrider", "detail-type": detail_type(envelope.topic), "detail": dump(envelope)}
    return json.dumps(wrapped)


def batch(*bodies: Any) -> dict[str, Any]:
    """A batch of SQS."""
    return {"Records": [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]}


def delivery(*lines: str, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    """A delivery of a log subscription."""
    document = {
        "messageType": kind,
        "owner": ACCOUNT,
        "logGroup": "/ecs/shop",
        "logEvents": [{"id": str(n), "timestamp": 1, "message": line} for n, line in enumerate(lines)],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(document).encode())).decode()}}
