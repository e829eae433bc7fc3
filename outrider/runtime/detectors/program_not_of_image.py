"""A program whose hash the image's list of programs does not have."""

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.programs import fits


def _find(event: Event) -> tuple[Hit, ...]:
    """The supervisor compares; its word is enough."""
    if "not-of-image" not in event.traits:
        return ()
    facts = {"file": fits(event.target, 1024)}
    if event.sha256:
        facts["sha256"] = fits(event.sha256, 64)
    return (
        Hit(event=event, what=f'"{fits(event.target)}" ran and did not come with the image', facts=facts),
    )


_BEGIN, _STEP = stateless(_find)

DETECTOR = Detector(
    id="program-not-of-image",
    title="A program that did not come with the image",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1105", "T1036"),
    falco=("Drop and execute new binary in container",),
    guardduty=("Execution/NewBinaryExecuted",),
    explanation=(
        "The scanner knows the SHA-256 of every program in the image, and the policy carries the list. A "
        "program with another hash was brought, built or changed since; no learning is needed to know that."
    ),
    false_positives=(
        "Programs on a mounted volume (EFS, a volume of another container), and images that were scanned "
        "under another digest than the one that runs."
    ),
    advice=(
        "Look the hash up. If the program is on a volume on purpose, allow it by its hash; if the service "
        "makes it while it runs, make it in the image's build."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
