"""What detectors named → marks on the entries of the models' table.

A sidecar's incident carries the events that are its evidence, so nothing has to be looked up: each becomes
the entry that it would have taught, marked and counted zero times. Whether the event or the incident comes
first, the merged entry is the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.behaviour import Behaviour, BehaviourModel, Seen
from outrider.model.detection import Confidence
from outrider.model.envelope import Envelope
from outrider.model.event import Event, FrameType
from outrider.runtime import jsonl
from outrider.runtime.behaviours import behaviour_of


def flagged(envelope: Envelope) -> BehaviourModel | None:
    """The entries that an incident's detections name; None: they name none that a model holds.

    Events that the incident had no room for cannot be marked. Raises InvalidInput: an event in it is
    malformed.
    """
    subject, detail = envelope.subject, envelope.detail
    named = _named(detail)
    seen: dict[Behaviour, Seen] = {}
    for event in _events(detail):
        detectors = frozenset(named.get(event.seq, ()))
        behaviour = behaviour_of(event) if detectors and event.type is FrameType.EVENT else None
        if behaviour is not None:
            mark = Seen(0, event.time_ns, event.time_ns, flagged=detectors)
            seen[behaviour] = seen[behaviour].merge(mark) if behaviour in seen else mark
    if not seen:
        return None
    return BehaviourModel(subject.name, subject.container, subject.digest, seen)


def mark(model: BehaviourModel, detectors: Iterable[str]) -> BehaviourModel:
    """The model with all its entries flagged."""
    named = frozenset(detectors)
    seen = {one: replace(how, flagged=how.flagged | named) for one, how in model.seen.items()}
    return replace(model, seen=seen)


def _named(detail: Mapping[str, Any]) -> Mapping[int, set[str]]:
    """Number of an event → detectors that name it."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for one in _list(detail, "detections"):
        detector = one.get("detector") if isinstance(one, dict) else None
        if not isinstance(detector, str):
            raise InvalidInput("a detection of the incident names no detector")
        if one.get("confidence") == Confidence.LOW.word:
            continue  # ordinary programs do it, too: as `outrider learn` has it
        for seq in _list(one, "seqs"):
            if isinstance(seq, int):
                found[seq].add(detector)
    return found


def _events(detail: Mapping[str, Any]) -> Iterator[Event]:
    """Events that it carries."""
    return (jsonl.from_plain(one) for one in _list(detail, "timeline"))


def _list(said: Mapping[str, Any], name: str) -> list[Any]:
    """A list of the incident."""
    found = said.get(name, [])
    if not isinstance(found, list):
        raise InvalidInput(f"{name} of the incident is no list")
    return found
