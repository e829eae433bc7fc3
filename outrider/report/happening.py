"""What an envelope tells, in the words that other people's formats have places for. All text is harmless."""

from dataclasses import dataclass
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.envelope import Envelope, Topic, identity
from outrider.report.harmless import harmless

FAMILIES = ("vulnerability", "secret", "check")
"""Of findings."""

INCIDENT = "incident"
"""Family of what is made of deviations and detections."""

DEVIATION = "deviation"
"""Family of an act that a policy did not allow."""

SEVERITIES = ("unknown", "negligible", "low", "medium", "high", "critical")
"""As findings have them, lowest first."""

_ACTED = {"block": "high", "alert": "medium"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One envelope, understood."""

    family: str
    """One of FAMILIES, INCIDENT or DEVIATION."""
    key: str
    """The same for the same fault at the same place, also once it is gone; 64 hex digits."""
    severity: str
    """One of SEVERITIES."""
    title: str
    description: str
    gone: bool
    """It was there and is no longer."""
    envelope: Envelope

    @property
    def detail(self) -> Any:
        """What the envelope carries."""
        return self.envelope.detail


def understand(envelope: Envelope) -> Happening | None:
    """Read an envelope; None for what is no finding, no incident and no deviation.

    Raises InvalidInput: a finding of no known family.
    """
    if envelope.topic is Topic.FINDING:
        return _finding(envelope)
    if envelope.topic is Topic.INCIDENT:
        return _incident(envelope)
    if envelope.topic is Topic.EVENT and word(envelope.detail.get("verdict")) in _ACTED:
        return _deviation(envelope) if envelope.detail.get("type") == "event" else None
    return None


def word(value: Any, most: int = 200) -> str:
    """A field as harmless text; what is no text is empty."""
    return harmless(value, most) if isinstance(value, str) else ""


def words(value: Any, most: int = 20) -> list[str]:
    """A list of texts, cut."""
    found = value[:most] if isinstance(value, list | tuple) else []
    return [text for one in found if (text := word(one, 500))]


def dicts(value: Any, most: int = 50) -> list[dict[str, Any]]:
    """A list of objects, cut; what is none is left out."""
    found = value[:most] if isinstance(value, list | tuple) else []
    return [one for one in found if isinstance(one, dict)]


def _finding(envelope: Envelope) -> Happening:
    """One thing wrong with an artifact."""
    detail = envelope.detail
    family = detail.get("family")
    if family not in FAMILIES:
        raise InvalidInput(f"a finding of an unknown family: {word(str(family), 40)!r}")
    subject = envelope.subject
    known_as = word(detail.get("known_as")) or envelope.id
    place = (envelope.account, envelope.region, subject.kind.value, subject.name or subject.id)
    said = word(detail.get("severity"))
    title = word(detail.get("subject")) or word(detail.get("title")) or family
    text = word(detail.get("summary"), 900) or word(detail.get("title"), 900) or title
    if remedy := word(detail.get("remedy"), 400):
        text = f"{text}. {remedy}"
    return Happening(
        family=family,
        key=identity(Topic.FINDING, *place, known_as),
        severity=said if said in SEVERITIES else "unknown",
        title=title,
        description=text,
        gone=detail.get("change") == "gone",
        envelope=envelope,
    )


def _incident(envelope: Envelope) -> Happening:
    """A story; told again it has the same key."""
    detail = envelope.detail
    said = word(detail.get("severity"))
    title = word(detail.get("title")) or "an incident"
    known_as = word(detail.get("id")) or envelope.id
    return Happening(
        family=INCIDENT,
        key=identity(Topic.INCIDENT, envelope.account, envelope.region, known_as),
        severity=said if said in SEVERITIES else "unknown",
        title=title,
        description=word(detail.get("narrative"), 1000) or title,
        gone=bool(word(detail.get("merged_into"))),
        envelope=envelope,
    )


def _deviation(envelope: Envelope) -> Happening:
    """An act that was stopped, or alerted about."""
    detail = envelope.detail
    verdict = word(detail.get("verdict"))
    kind = word(detail.get("kind")) or "act"
    address = detail.get("address")
    peer = f"{word(address.get('host'))}:{address.get('port')}" if isinstance(address, dict) else ""
    target = word(detail.get("target")) or word(detail.get("name")) or peer or word(detail.get("syscall"))
    stopped = "was stopped" if verdict == "block" else "was let through with an alert"
    where = harmless(envelope.subject.name or envelope.subject.id, 120)
    program = word(detail.get("program")) or "an unknown program"
    return Happening(
        family=DEVIATION,
        key=envelope.id,
        severity=_ACTED[verdict],
        title=harmless(f"{kind} {target} by {program} in {where}", 250),
        description=f"{program} did what the policy of {where} forbids: {kind} {target}. It {stopped}.",
        gone=False,
        envelope=envelope,
    )
