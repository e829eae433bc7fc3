"""What to do about an incident: the detectors' advice, then commands and rules that can be copied."""

import json
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from outrider.model.event import Event, Kind, Verdict
from outrider.model.finding import Severity
from outrider.model.incident import Incident
from outrider.model.pattern import quote
from outrider.runtime import words
from outrider.runtime.detectors.detector import Detector

MOST_RULES = 4
"""Rules that are written out: more make a policy, and `outrider learn` writes those."""
_PATHS = frozenset({Kind.EXEC, Kind.WRITE, Kind.READ, Kind.LOAD})
SHORT = 12
"""Digits of an id that are enough to name an incident to a command."""


def advise(incident: Incident, catalogue: Mapping[str, Detector]) -> tuple[str, ...]:
    """Most urgent first, each once."""
    found = [*_of_detectors(incident, catalogue), *_commands(incident), *_rules(incident)]
    return tuple(dict.fromkeys(found))


def rule_of(event: Event, verdict: Verdict, why: str) -> str:
    """The policy rule that decides acts like this one so, as a line of a document; empty: there is none."""
    fields = _fields(event)
    if event.kind is None or fields is None:
        return ""
    program = {"program": quote(event.program)} if event.program else {}
    rule = {"kind": event.kind.value, "action": verdict.value, **program, **fields, "why": why}
    return f"- {json.dumps(rule)}"


def _of_detectors(incident: Incident, catalogue: Mapping[str, Detector]) -> Iterator[str]:
    """Their advice, worst detection first."""
    for shape in incident.detections:
        if detector := catalogue.get(shape.detection.detector):
            yield detector.advice


def _commands(incident: Incident) -> Iterator[str]:
    """Keep what is known, then look."""
    if not incident.stopped and incident.severity >= Severity.HIGH:
        yield (
            "Not all of it was stopped: keep the record, then end the task (aws ecs stop-task); "
            "a new one is started from the image."
        )
    yield f"See all of it: outrider record show RECORD --incident {incident.id[:SHORT]} --html incident.html"


def _rules(incident: Incident) -> Iterator[str]:
    """One for each thing that was stopped or let through, in order of time."""
    where = words.shown(incident.container) or "the container"
    evidence = set(incident.seqs)
    written: dict[str, None] = {}
    for event in incident.events:
        if event.seq not in evidence or event.verdict is None:
            continue
        if event.verdict is Verdict.BLOCK:
            if incident.severity >= Severity.HIGH:  # nobody should allow what an attacker did, by copying it
                continue
            said, rule = (
                "If it is meant to happen, allow it",
                rule_of(event, Verdict.ALLOW, "meant to happen"),
            )
        else:
            said, rule = "To stop it from now on", rule_of(event, Verdict.BLOCK, "seen in an incident")
        if rule:
            written[f"{said}, in the rules of {where}: {rule}"] = None
    yield from list(written)[:MOST_RULES]


def _fields(event: Event) -> dict[str, str] | None:
    """What a rule of that kind matches by; None: nothing can be said."""
    if event.kind in _PATHS:
        return {"target": quote(event.target)} if event.target else None
    if event.kind is Kind.SYSCALL:
        name = event.target or event.syscall
        return {"name": name} if name.isascii() and name.replace("_", "").isalnum() else None
    if event.kind in (Kind.CONNECT, Kind.BIND) and event.address is not None:
        return _address(event)
    return None


def _address(event: Event) -> dict[str, str] | None:
    """Of a connection or a listener."""
    address = event.address
    if address is None or address.family == "unix":
        return {"path": quote(address.host)} if address and address.host else None
    try:
        host = ip_address(address.host)
    except ValueError:
        return None
    protocol = {"protocol": address.protocol} if address.protocol in ("tcp", "udp") else {}
    port = {"port": str(address.port)} if address.port else {}
    return {"address": f"{host}/{host.max_prefixlen}", **port, **protocol}
