"""Which envelope goes to which sink."""

from outrider.model.envelope import Envelope, Topic
from outrider.report.happening import SEVERITIES, word

BUS, TOPIC, HUB, LAKE, MODELS = "bus", "topic", "hub", "lake", "models"
SINKS = (MODELS, LAKE, HUB, BUS, TOPIC)
"""In the order of delivery: those that may be told twice without harm come first."""

_DEVIATIONS = ("alert", "block")
_TOLD = ("policy", "trouble")
"""Frames about the defender itself that others should hear of."""


def sinks(envelope: Envelope) -> frozenset[str]:
    """Names of the sinks that an envelope is for; none: it is counted and that is all."""
    if envelope.topic is Topic.EVENT:
        return _of_event(envelope)
    found = {BUS}
    if envelope.topic is Topic.INCIDENT:
        found |= {HUB, LAKE} | ({TOPIC} if calls(envelope) else set())
    if envelope.topic is Topic.FINDING:
        found |= {HUB, LAKE}
        critical = word(envelope.detail.get("severity")) == "critical"
        found |= {TOPIC} if critical and envelope.detail.get("change") != "gone" else set()
    failed = word(envelope.detail.get("outcome")) == "failed"
    if envelope.topic is Topic.TROUBLE or (envelope.topic is Topic.OUTCOME and failed):
        found.add(TOPIC)
    if envelope.topic is Topic.STAGE and envelope.detail.get("back") is True:
        found.add(TOPIC)
    if envelope.topic is Topic.INCIDENT:
        found.add(MODELS)
    return frozenset(found)


def calls(envelope: Envelope) -> bool:
    """Whether an incident is one to call somebody for: it is high or critical, and was not so bad before."""
    rank = SEVERITIES.index(word(envelope.detail.get("severity")) or "unknown")
    was = SEVERITIES.index(word(envelope.detail.get("was")) or "unknown")
    return rank >= SEVERITIES.index("high") and rank > was


def opened(envelope: Envelope) -> bool:
    """Whether it tells of an incident for the first time."""
    return envelope.topic is Topic.INCIDENT and envelope.detail.get("state") == "opened"


def deviation(envelope: Envelope) -> str:
    """`alert` or `block` for an act that its policy did not allow; else empty."""
    if envelope.topic is not Topic.EVENT or envelope.detail.get("type") != "event":
        return ""
    verdict = word(envelope.detail.get("verdict"))
    return verdict if verdict in _DEVIATIONS else ""


def _of_event(envelope: Envelope) -> frozenset[str]:
    """What a defender told."""
    verdict = deviation(envelope)
    if verdict == "block":
        return frozenset({BUS, HUB, LAKE, TOPIC, MODELS})
    if verdict:
        return frozenset({BUS, HUB, LAKE, MODELS})
    kind = envelope.detail.get("type")
    if kind in _TOLD:
        return frozenset({BUS, TOPIC}) if kind == "trouble" else frozenset({BUS})
    return frozenset({MODELS})
