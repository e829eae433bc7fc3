"""How bad an incident is, 0 to 100: a literal table of weights, each with its reason."""

from collections.abc import Iterable, Sequence

from outrider.model.attack import Tactic
from outrider.model.detection import Confidence
from outrider.model.finding import Severity
from outrider.model.incident import Deviation, Points, Shape
from outrider.runtime.incident_story import Story

WORST = {
    Severity.CRITICAL: 60,
    Severity.HIGH: 45,
    Severity.MEDIUM: 30,
    Severity.LOW: 15,
    Severity.NEGLIGIBLE: 5,
    Severity.UNKNOWN: 15,
}
"""Points of the worst detection; it decides most, since ten small signs are no theft."""
SURE = {Confidence.HIGH: 100, Confidence.MEDIUM: 80, Confidence.LOW: 50}
"""Percent of those points: a sign that ordinary programs give too counts for half."""
DEVIATION = 35
"""Points of an incident that no detector knows: the policy's word alone, half way up."""
FURTHER_KIND, MOST_KINDS = 5, 15
"""Each further kind of act that the policy does not allow: one kind is mostly a rule that was forgotten."""
BOTH = 5
"""The policy and a detector, which know nothing of each other, object to the same story."""
FURTHER_DETECTOR, MOST_DETECTORS = 5, 15
"""Each further detector that fired, and the most for all of them: three are no accident."""
FURTHER_STAGE, MOST_STAGES = 5, 15
"""Each further stage of the kill chain: who goes from stage to stage is getting somewhere."""
LET_THROUGH = 10
"""Something of it was not refused: it is going on."""
STOPPED = -10
"""All of it was refused: there is time to look at it tomorrow morning."""
CREDENTIALS = 10
"""Credentials were within reach: what they open is outside of this task, and stays open after it."""
OUT = 10
"""Its processes reached an address outside: a way in for commands, and out for data."""

SEVERITIES = ((80, Severity.CRITICAL), (55, Severity.HIGH), (30, Severity.MEDIUM), (10, Severity.LOW))
"""From so many points on: critical wakes somebody, high is for today, medium for this week."""


def points(
    story: Story, shapes: Sequence[Shape], deviations: Sequence[Deviation], stopped: bool
) -> tuple[Points, ...]:
    """What adds up to the score."""
    found = [_worst(shapes)] if shapes else [Points(DEVIATION, "the policy does not allow it")]
    acts = sorted({one.event.kind.value for one in deviations if one.event.kind})
    if len(acts) > 1:
        more = min(FURTHER_KIND * (len(acts) - 1), MOST_KINDS)
        found.append(Points(more, f"acts of {len(acts)} kinds: {', '.join(acts)}"))
    if shapes and deviations:
        found.append(Points(BOTH, "the policy and a detector object to it"))
    kinds = len({shape.detection.detector for shape in shapes})
    if kinds > 1:
        more = min(FURTHER_DETECTOR * (kinds - 1), MOST_DETECTORS)
        found.append(Points(more, f"{kinds} detectors fired"))
    stages = tactics(shapes)
    if len(stages) > 1:
        more = min(FURTHER_STAGE * (len(stages) - 1), MOST_STAGES)
        found.append(Points(more, f"stages: {', '.join(tactic.title for tactic in stages)}"))
    found.append(
        Points(STOPPED, "all of it was stopped")
        if stopped
        else Points(LET_THROUGH, "not all of it was stopped")
    )
    if story.credentials:
        found.append(Points(CREDENTIALS, "credentials were within reach"))
    if story.out:
        found.append(Points(OUT, "its processes connected to an address outside"))
    return tuple(found)


def score(found: Iterable[Points]) -> int:
    """Within 0 and 100."""
    return max(0, min(100, sum(one.points for one in found)))


def severity(score: int) -> Severity:
    """Follows from the score."""
    return next((level for least, level in SEVERITIES if score >= least), Severity.NEGLIGIBLE)


def tactics(shapes: Iterable[Shape]) -> tuple[Tactic, ...]:
    """Stages that were seen, in the order of the kill chain."""
    seen = {technique.tactic for shape in shapes for technique in shape.attack}
    return tuple(tactic for tactic in Tactic if tactic in seen)


def weight(shape: Shape) -> int:
    """Points of one detection by itself."""
    return WORST[shape.detection.severity] * SURE[shape.detection.confidence] // 100


def _worst(shapes: Iterable[Shape]) -> Points:
    """The one that counts."""
    worst = max(shapes, key=weight)
    said = f"{worst.detection.severity.word} severity, {worst.detection.confidence.word} confidence"
    return Points(weight(worst), f"{worst.title}: {said}")
