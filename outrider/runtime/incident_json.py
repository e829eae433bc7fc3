"""Incidents as JSON, schema `outrider.incident/1`; published as `templates/report/incident.schema.json`."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from outrider.model.attack import Technique
from outrider.model.detection import MOST_EVIDENCE
from outrider.model.incident import Deviation, Incident, Shape
from outrider.runtime import jsonl, words
from outrider.runtime.event_envelope import bare
from outrider.runtime.incident_document import SCHEMA
from outrider.runtime.process_tree import Process, grow

TYPE = "incident"
"""What it says of itself among the lines of a log, where events have `event`, `repeat`, …"""

WORDS = 500
"""Characters of one text in it: a page has a few dozen of them."""
_FACTS = 16
_LEVELS = (64, 24, 8, 2, 0)
"""How much of each list is kept, level by level, until it fits."""
_PROCESSES: TypeAdapter[tuple[Process, ...]] = TypeAdapter(tuple[Process, ...])


def to_plain(incident: Incident, *, arguments: bool = True) -> dict[str, Any]:
    """As JSON values. Without `arguments` the arguments of programs stay behind: they may be credentials."""
    events = [jsonl.to_plain(event) for event in incident.events]
    processes = grow(incident.events)
    if not arguments:
        events = [bare(event) for event in events]
        processes = tuple(map(_bare, processes))
    was = {"was": incident.was.word} if incident.was is not None else {}
    merged = {"merged_into": incident.merged_into} if incident.merged_into else {}
    return {
        "schema": SCHEMA,
        "type": TYPE,
        "state": incident.state.value,
        "id": incident.id,
        "container": _cut(incident.container),
        "instance": incident.instance,
        "begin": jsonl.format_time(incident.begin_ns),
        "end": jsonl.format_time(incident.end_ns),
        "score": incident.score,
        "severity": incident.severity.word,
        **was,
        "points": [{"points": one.points, "reason": _cut(one.reason)} for one in incident.points],
        "title": _cut(incident.title),
        "narrative": _cut(incident.narrative, 4 * WORDS),
        "stopped": incident.stopped,
        "attack": [_technique(one) for one in incident.attack],
        "detections": [_shape(one) for one in incident.detections],
        "deviations": [_deviation(one) for one in incident.deviations],
        "seqs": list(incident.seqs),
        "advice": [_cut(one, 4 * WORDS) for one in incident.advice],
        "processes": _PROCESSES.dump_python(processes, mode="json"),
        "timeline": events,
        "left_out": incident.left_out,
        **merged,
    }


def fitted(incident: Incident, most: int, *, arguments: bool = True) -> dict[str, Any]:
    """The same in at most so many bytes of JSON: what has to go is counted in `left_out`.

    `most` is not under 128 KiB: texts are cut, so that much is always enough.
    """
    plain = to_plain(incident, arguments=arguments)
    for keep in _LEVELS:
        if size(plain) <= most:
            break
        plain = to_plain(_shorter(incident, keep), arguments=arguments)
    return plain


def to_line(plain: Mapping[str, Any]) -> str:
    """One line of JSON, ASCII, without a newline."""
    return json.dumps(plain, separators=(",", ":"))


def size(plain: Mapping[str, Any]) -> int:
    """Bytes of it as a line."""
    return len(to_line(plain))


def _shorter(incident: Incident, keep: int) -> Incident:
    """Evidence before what is beside it, the beginning before the end."""
    evidence = set(incident.seqs)
    first = [event for event in incident.events if event.seq in evidence][:keep]
    others = [event for event in incident.events if event.seq not in evidence][: keep - len(first)]
    events = sorted([*first, *others], key=lambda event: (event.time_ns, event.seq))
    least = max(keep, 1)
    gone = len(incident.events) - len(events)
    return replace(
        incident,
        events=tuple(events),
        deviations=incident.deviations[:least],
        detections=incident.detections[:least],
        seqs=incident.seqs[: max(8 * keep, 1)],
        advice=incident.advice[: max(keep, 4)],
        left_out=incident.left_out + gone,
    )


def _technique(one: Technique) -> dict[str, str]:
    """Number, name and stage."""
    tactic = {"tactic": one.tactic.title, "tactic_uid": one.tactic.uid} if one.tactic else {}
    return {"technique": one.uid, "name": one.title, **tactic}


def _shape(one: Shape) -> dict[str, Any]:
    """What a detector saw."""
    detection = one.detection
    facts = sorted(detection.facts.items())[:_FACTS]
    return {
        "detector": detection.detector,
        "title": _cut(one.title),
        "severity": detection.severity.word,
        "confidence": detection.confidence.word,
        "attack": [technique.uid for technique in one.attack],
        "time": jsonl.format_time(detection.time_ns),
        "pid": detection.pid,
        "program": _cut(detection.program),
        "what": _cut(detection.what),
        "facts": {_cut(name): _cut(value) for name, value in facts},
        "seqs": list(detection.seqs[-MOST_EVIDENCE:]),
        "times": one.times,
    }


def _deviation(one: Deviation) -> dict[str, Any]:
    """What the policy did not allow."""
    event = one.event
    return {
        "seq": event.seq,
        "time": jsonl.format_time(event.time_ns),
        "verdict": event.verdict.value if event.verdict else "",
        "kind": event.kind.value if event.kind else "",
        "pid": event.pid,
        "program": _cut(event.program),
        "act": _cut(words.what_happened(event)),
        "why": _cut(one.why),
        "times": one.times,
    }


def _bare(process: Process) -> Process:
    """Without arguments, at every level."""
    command = process.cmdline[:1] + (("…",) if len(process.cmdline) > 1 else ())
    return replace(process, cmdline=command, children=tuple(map(_bare, process.children)))


def _cut(text: str, most: int = WORDS) -> str:
    """Printable, and of bounded length."""
    said = words.shown(text)
    return said if len(said) <= most else said[: most - 1] + "…"
