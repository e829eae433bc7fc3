"""The one form in which the programs of an account tell each other, and everybody else, what happened."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document

VERSION = 1
"""Of the form. A reader takes newer ones only if it knows them."""

BUS_SOURCE = "outrider"
"""`source` of our events on EventBridge."""


class Topic(StrEnum):
    """What an envelope is about."""

    EVENT = "event"
    """A defender's event: detail is the event as JSON, as in flight records."""
    INCIDENT = "incident"
    """Deviations and detections of one story: detail is the incident as JSON, `incident.schema.json`."""
    FINDING = "finding"
    """One thing wrong with an artifact: detail is one finding of the JSON report, with its `family`."""
    SCAN = "scan"
    """An artifact was scanned: detail counts findings and outcomes and says where the report lies."""
    OUTCOME = "outcome"
    """The injector decided about one subject: detail has outcome, reason, hint, act, command."""
    STAGE = "stage"
    """A workload version went a step: detail has before, after, reason, by, and where the policy made for it
    lies."""
    TROUBLE = "trouble"
    """One of our own programs could not do its work: detail has program, message, hint."""


class SubjectKind(StrEnum):
    """What the subject of an envelope is."""

    IMAGE = "image"
    FUNCTION = "function"
    TASK = "task"
    TASK_DEFINITION = "task definition"
    SERVICE = "service"
    CONTAINER = "container"
    DATABASE = "database"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What it happened to."""

    kind: SubjectKind
    id: str
    """ARN, or image reference by digest; never empty."""
    name: str = ""
    """As a person calls it: family, repository, function name."""
    digest: str = ""
    """`sha256:…` of image or code, where known."""
    container: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message. The same happening gives the same `id`, however often and by whom it is told."""

    topic: Topic
    id: str
    """64 hex digits, by `identity`."""
    time: str
    """When it happened, RFC 3339 in UTC."""
    account: str
    """12 digits."""
    region: str
    program: str
    """Which of ours tells it: `scanner`, `injector`, `reporter`, `sidecar`, `layer`."""
    subject: Subject
    detail: Mapping[str, Any] = field(default_factory=dict)


def identity(topic: Topic, *parts: str) -> str:
    """The id of a happening: SHA-256 over what makes it the same happening, 64 hex digits."""
    words = json.dumps([topic.value, *parts], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def detail_type(topic: Topic) -> str:
    """`detail-type` on EventBridge: `Outrider Finding`."""
    return f"Outrider {topic.value.capitalize()}"


def event(envelope: Envelope, bus: str) -> dict[str, str]:
    """As an entry of EventBridge's PutEvents to the bus of that name."""
    return {
        "Source": BUS_SOURCE,
        "DetailType": detail_type(envelope.topic),
        "Detail": json.dumps(dump(envelope), separators=(",", ":"), sort_keys=True),
        "EventBusName": bus,
    }


def dump(envelope: Envelope) -> dict[str, Any]:
    """As a JSON document; published as `templates/report/envelope.schema.json`."""
    subject = envelope.subject
    named = {"name": subject.name, "digest": subject.digest, "container": subject.container}
    return {
        "version": VERSION,
        "topic": envelope.topic.value,
        "id": envelope.id,
        "time": envelope.time,
        "account": envelope.account,
        "region": envelope.region,
        "program": envelope.program,
        "subject": {"kind": subject.kind.value, "id": subject.id}
        | {name: value for name, value in named.items() if value},
        "detail": dict(envelope.detail),
    }


_FORMS = {
    "id": re.compile(r"[0-9a-f]{64}"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII),
    "account": re.compile(r"\d{12}", re.ASCII),
    "region": re.compile(r"[a-z]{2,3}(-[a-z]{1,20}){1,4}-\d", re.ASCII),
    "program": re.compile(r"[a-z][a-z-]{0,30}"),
}
"""Field → its form."""


def load(data: bytes | str) -> Envelope:
    """Read one from JSON. Unknown fields are left out; a wrong one raises InvalidInput that names it."""
    if len(data) > limits.ENVELOPE:
        raise InvalidInput(f"an envelope has at most {limits.ENVELOPE} bytes, this one {len(data)}")
    return read(json_document.parse(data, "the envelope"))


def read(document: Any) -> Envelope:
    """As `load`, from a document that was parsed already."""
    version = document.get("version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or isinstance(version, bool) or version != VERSION:
        raise InvalidInput(f"not an envelope of version {VERSION}")
    fields = {name: _formed(document, name) for name in _FORMS}
    detail = document.get("detail")
    if not isinstance(detail, dict):
        raise InvalidInput("the envelope's detail is no object")
    try:
        topic = Topic(str(document.get("topic")))
    except ValueError:
        raise InvalidInput(f"unknown topic: {str(document.get('topic'))[:40]!r}") from None
    return Envelope(topic=topic, subject=_subject(document.get("subject")), detail=detail, **fields)


def _formed(document: Mapping[str, Any], name: str) -> str:
    """A field of a known form."""
    value = document.get(name)
    if not isinstance(value, str) or not _FORMS[name].fullmatch(value):
        raise InvalidInput(f"the envelope's {name} is not well-formed: {str(value)[:80]!r}")
    return value


def _subject(found: Any) -> Subject:
    """The subject."""
    if not isinstance(found, dict):
        raise InvalidInput("the envelope has no subject")
    words = {name: found.get(name, "") for name in ("id", "name", "digest", "container")}
    for name, value in words.items():
        if not isinstance(value, str) or len(value) > limits.ENVELOPE_WORD:
            raise InvalidInput(f"the {name} of the envelope's subject is not well-formed")
    if not words["id"]:
        raise InvalidInput("the envelope's subject has no id")
    try:
        kind = SubjectKind(str(found.get("kind")))
    except ValueError:
        raise InvalidInput(f"unknown kind of subject: {str(found.get('kind'))[:40]!r}") from None
    return Subject(kind=kind, **words)
