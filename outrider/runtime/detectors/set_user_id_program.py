"""A user who is not root runs what makes root of him."""

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit
from outrider.runtime.detectors.lineage import is_entry, with_known_names
from outrider.runtime.detectors.programs import ELEVATORS, HARMLESS_SET_USER_ID, command, fits


def _find(known: frozenset[str], event: Event) -> tuple[Hit, ...]:
    """sudo and its like by name; any other by its mode bit."""
    name = command(event)[0]
    marked = "set-user-id" in event.traits
    if event.uid == 0 or is_entry(event) or name in HARMLESS_SET_USER_ID or name in known:
        return ()
    if name not in ELEVATORS and not marked:
        return ()
    line = fits(" ".join(command(event)))
    what = f'user {event.uid} ran "{line}", which may make another user of him'
    odd = marked and name not in ELEVATORS
    return (Hit(event=event, what=what, severity=Severity.HIGH if odd else None),)


_BEGIN, _STEP = with_known_names(_find)

DETECTOR = Detector(
    id="set-user-id-program",
    title="A set-user-ID program run by an ordinary user",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    attack=("T1548.001", "T1548.003", "T1068"),
    falco=(
        "Sudo Potential Privilege Escalation",
        "Polkit Local Privilege Escalation Vulnerability (CVE-2021-4034)",
    ),
    guardduty=("PrivilegeEscalation/ElevationToRoot", "PrivilegeEscalation/SuspiciousCommand"),
    explanation=(
        "A service that was given a user of its own has no need to become root. sudo, su and pkexec are how"
        " one tries, and holes in set-user-ID programs are how one succeeds. Under the supervisor's "
        "no_new_privs the kernel gives no rights away: the attempt is the sign."
    ),
    false_positives=(
        "Images that start as a user and call sudo by habit: they fail under the supervisor anyway, which "
        "`outrider patch` says. ping, crontab, mail and PAM's own are passed over; root who becomes less is"
        " none."
    ),
    advice=(
        "See who called it and why. Take sudo, su and the mode bit out of the image: `outrider scan` lists "
        "its set-user-ID programs."
    ),
    kinds=frozenset({Kind.EXEC}),
    begin=_BEGIN,
    step=_STEP,
)
