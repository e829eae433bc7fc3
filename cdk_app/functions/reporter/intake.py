"""What came in → envelopes. Malformed and forged records raise InvalidInput, each for itself."""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cdk_app.functions.reporter import caps, events
from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import envelope, json_document
from outrider.model.envelope import BUS_SOURCE, Envelope, Topic, detail_type
from outrider.runtime import event_envelope, log_line

LINE = "outrider_line"
"""Key of a queue message that carries one log line, put there when the line could not be delivered."""

_MESSAGE = 256 << 10
"""Most that SQS delivers as one body, unless a queue is set up for more."""
_FORMS = {"account": r"[0-9]{12}", "region": r"[a-z]{2,3}(-[a-z]{1,20}){1,4}-[0-9]", "group": r".{1,512}"}


@dataclass(frozen=True, slots=True)
class Told:
    """One envelope, and whether everybody on the bus has heard of it."""

    envelope: Envelope
    from_bus: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log, and whose log it is."""

    account: str
    region: str
    group: str
    text: str

    def message(self) -> str:
        """As a queue message."""
        said = {"account": self.account, "region": self.region, "group": self.group, "text": self.text}
        return json.dumps({LINE: 1, **said})


def from_message(body: Any) -> Told | None:
    """Read the body of a queue message; None: it is a line that has nothing to tell.

    It is an event of our bus, a bare envelope, or a log line. Raises InvalidInput.
    """
    if not isinstance(body, str) or len(body) > _MESSAGE:
        raise InvalidInput("the message has no body, or one that is too long")
    document = json_document.parse(body, "the message")
    if not isinstance(document, dict):
        raise InvalidInput("the message is no JSON object")
    if LINE in document:
        made = from_line(_line(document))
        return Told(made) if made else None
    if "detail-type" in document:
        return Told(_from_bus(document), from_bus=True)
    if len(body) > limits.ENVELOPE:
        raise InvalidInput(f"an envelope has at most {limits.ENVELOPE} bytes, this one {len(body)}")
    return Told(_checked(envelope.read(document)))


def from_line(line: Line) -> Envelope | None:
    """The envelope of one log line; None when it is not ours or only counts. Raises InvalidInput."""
    data = line.text.encode("utf-8", "replace")
    if len(data) > limits.FUNCTION_LOG_LINE:
        raise InvalidInput(f"a log line of {len(data)} bytes")
    if (incident := log_line.incident_from_line(data)) is not None:
        return events.of_incident_line(incident, account=line.account, region=line.region, group=line.group)
    told = log_line.from_line(data)
    if told is None:
        return None
    text = line.text[line.text.index("{") :]
    plain = json_document.parse(text.strip(), "the line")
    while isinstance(plain, dict) and "schema" not in plain:  # a carrier: the line is in one of its fields
        inner = next((plain[name] for name in ("message", "@message", "record") if name in plain), None)
        plain = json_document.parse(inner, "the line") if isinstance(inner, str) else inner
    if not isinstance(plain, dict):
        raise InvalidInput("the line carries no event")
    return events.of_line(plain, told, account=line.account, region=line.region, group=line.group)


def lines(data: Any, region: str) -> Iterator[Line]:
    """The lines of one delivery of a subscription; none for a control message. Raises InvalidInput."""
    document = json_document.parse(_unzipped(data), "the log delivery")
    if not isinstance(document, dict):
        raise InvalidInput("the log delivery is no JSON object")
    kind = document.get("messageType")
    if kind == "CONTROL_MESSAGE":
        return
    found = document.get("logEvents")
    if kind != "DATA_MESSAGE" or not isinstance(found, list) or len(found) > caps.LOG_DELIVERY_EVENTS:
        raise InvalidInput("the log delivery is not well-formed, or has too many events")
    account, group = (_formed(document.get(key), name) for key, name in _OWNERS)
    for one in found:
        text = one.get("message") if isinstance(one, dict) else None
        if isinstance(text, str):
            yield Line(account, region, group, text)


_OWNERS = (("owner", "account"), ("logGroup", "group"))


def _unzipped(data: Any) -> bytes:
    """base64 of gzip, never more than the cap in memory."""
    if not isinstance(data, str) or len(data) > caps.LOG_DELIVERY:
        raise InvalidInput("the log delivery has no data, or too much")
    try:
        unzip = zlib.decompressobj(wbits=31)
        plain = unzip.decompress(base64.b64decode(data, validate=True), caps.LOG_DELIVERY + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise InvalidInput(f"the log delivery cannot be unpacked: {error}") from None
    if len(plain) > caps.LOG_DELIVERY or not unzip.eof:
        raise InvalidInput(f"the log delivery is cut off, or over {caps.LOG_DELIVERY} bytes")
    return plain


def _from_bus(document: Mapping[str, Any]) -> Envelope:
    """The envelope of an EventBridge event. Source, type and account must agree with it."""
    found = _checked(envelope.read(document.get("detail")))
    if document.get("source") != BUS_SOURCE or document.get("detail-type") != detail_type(found.topic):
        raise InvalidInput("the event's source or detail-type is not that of its envelope")
    return found


def _checked(found: Envelope) -> Envelope:
    """Events and incidents are read whole, and lose the arguments of programs."""
    if found.topic is Topic.INCIDENT:
        return replace(found, detail=events.checked_incident(dict(found.detail)))
    if found.topic is Topic.EVENT:
        events.read(found)
        return replace(found, detail=event_envelope.bare(found.detail))
    return found


def _line(document: Mapping[str, Any]) -> Line:
    """A log line that came by the queue."""
    text = document.get("text")
    if not isinstance(text, str):
        raise InvalidInput("the message carries no line")
    account, region, group = (_formed(document.get(name), name) for name in ("account", "region", "group"))
    return Line(account, region, group, text)


def _formed(value: Any, name: str) -> str:
    """A field of a known form."""
    if not isinstance(value, str) or not re.fullmatch(_FORMS[name], value):
        raise InvalidInput(f"the {name} is not well-formed: {str(value)[:80]!r}")
    return value
