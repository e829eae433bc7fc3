"""Events and what a detector says of them, one second apart."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from outrider.model.event import Address, Ancestor, Event, FrameType, Kind, Verdict
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene

BEGIN = 1_795_482_123 * SECOND


def made(kind: Kind, target: str = "", **fields: Any) -> Event:
    """An event; `above` are programs of ancestors, nearest first, `peer` is (protocol, host, port)."""
    above = [Ancestor(100 + place, program) for place, program in enumerate(fields.pop("above", ()))]
    if peer := fields.pop("peer", None):
        protocol, host, port = peer
        family = "unix" if host[:1] in ("/", "@") else "inet6" if ":" in host else "inet"
        fields["address"] = Address(family, protocol, host, port)
    event = Event(type=FrameType.EVENT, seq=1, time_ns=BEGIN, kind=kind, verdict=Verdict.ALLOW, target=target)
    return replace(event, ancestors=tuple(above), **fields)


def told(
    detector: Detector, events: Iterable[Event], scene: Scene | None = None, *, apart: int = SECOND
) -> list[Hit]:
    """What it finds in events that come one after the other."""
    state = detector.begin(scene or Scene())
    found: list[Hit] = []
    for place, event in enumerate(events):
        if event.kind in detector.kinds:
            numbered = replace(event, seq=place + 1, time_ns=BEGIN + place * apart)
            state, hits = detector.step(state, numbered)
            found += hits
    return found
