"""A story → the incident, as a responder wants it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from outrider.model.attack import Tactic, Technique, technique
from outrider.model.incident import Incident, Shape, State
from outrider.runtime import incident_score as scoring
from outrider.runtime.detectors.detector import Detector
from outrider.runtime.incident_advice import advise
from outrider.runtime.incident_narrative import narrative, title
from outrider.runtime.incident_story import Story


def identity(story: Story) -> str:
    """What makes it the same incident: container, life, and the event it began with."""
    parts = ["incident", story.container, story.instance, story.first_seq]
    if not story.instance:  # a number alone does not tell two lives apart
        parts.append(story.begin_ns)
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def tell(story: Story, state: State, catalogue: Mapping[str, Detector], merged_into: str = "") -> Incident:
    """The incident as it stands."""
    shapes = _shapes(story, catalogue)
    deviations, events = story.deviations(), story.events()
    stopped = not story.let_through
    points = scoring.points(story, shapes, deviations, stopped)
    score = scoring.score(points)
    evidence = {one.event.seq for one in deviations} | {seq for one in shapes for seq in one.detection.seqs}
    told = Incident(
        id=identity(story),
        container=story.container,
        instance=story.instance,
        begin_ns=story.begin_ns,
        end_ns=story.end_ns,
        state=state,
        score=score,
        points=points,
        severity=scoring.severity(score),
        title=title(story.container, shapes, deviations),
        narrative=narrative(story, shapes, deviations, events, closed=state is State.CLOSED),
        stopped=stopped,
        detections=shapes,
        deviations=deviations,
        seqs=tuple(sorted(evidence)),
        attack=_attack(shapes),
        advice=(),
        events=events,
        left_out=story.all_left_out,
        merged_into=merged_into,
    )
    return replace(told, advice=advise(told, catalogue))  # which follows from all the rest


def _shapes(story: Story, catalogue: Mapping[str, Detector]) -> tuple[Shape, ...]:
    """What detectors saw, worst first."""
    found = []
    for seen in story.shapes.values():
        detector = catalogue.get(seen.detection.detector)
        title = detector.title if detector else seen.detection.detector
        attack = tuple(map(technique, detector.attack)) if detector else ()
        found.append(Shape(seen.detection, title, attack, seen.times))
    return tuple(sorted(found, key=_worst_first))


def _worst_first(shape: Shape) -> tuple[int, int, str, int]:
    """By what it counts, then by time."""
    detection = shape.detection
    return -scoring.weight(shape), detection.time_ns, detection.detector, detection.pid


def _attack(shapes: Sequence[Shape]) -> tuple[Technique, ...]:
    """Techniques, by stage; those without a stage last."""
    stages = {tactic: place for place, tactic in enumerate(Tactic)}
    found = {one.uid: one for shape in shapes for one in shape.attack}.values()
    last = len(stages)
    return tuple(sorted(found, key=lambda one: (stages[one.tactic] if one.tactic else last, one.uid)))
