"""A program is made that runs as somebody else."""

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, stateless
from outrider.runtime.detectors.paths import is_installer, shown
from outrider.runtime.detectors.programs import program_name

_MODES = {"set-user-id": "its owner", "set-group-id": "its group"}


def find(event: Event) -> tuple[Hit, ...]:
    """A change of mode that sets one of the bits."""
    modes = [who for trait, who in _MODES.items() if trait in event.traits]
    if not modes or is_installer(event):
        return ()
    name = program_name(event.program) or "a program"
    what = f"{name} made {shown(event.target)} a program that runs as {' and '.join(modes)}"
    only_group = "set-user-id" not in event.traits
    severity = Severity.MEDIUM if only_group else None
    confidence = Confidence.MEDIUM if only_group else None
    return (
        Hit(
            event=event,
            what=what,
            severity=severity,
            confidence=confidence,
            facts={"file": shown(event.target)},
        ),
    )


_BEGIN, _STEP = stateless(find)

DETECTOR = Detector(
    id="set-user-id-made",
    title="A program is made that runs as somebody else",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1548.001",),
    falco=("Set Setuid or Setgid bit",),
    guardduty=("PrivilegeEscalation/ElevationToRoot",),
    explanation=(
        "With the set-user-ID bit a program runs as its owner, whoever starts it: root leaves itself a way "
        "back. Such programs come with the image or by a package, which is passed over. The group's bit is "
        "told as less bad; on a directory it means something else, and is not told."
    ),
    false_positives=(
        "Archives that are unpacked as root with their modes, and set-up scripts that copy a program with "
        "its mode."
    ),
    advice=(
        "Take the file away, see who became root to do it, and set noNewPrivileges or a read-only root file"
        " system: under the supervisor the bit has no effect, in a session of ECS Exec it has."
    ),
    kinds=frozenset({Kind.WRITE}),
    begin=_BEGIN,
    step=_STEP,
)
