"""A second name for a file that is guarded by its first."""

import re
from collections.abc import Set

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.paths import is_installer, shown
from outrider.runtime.detectors.programs import program_name

SENSITIVE = re.compile(
    r"/etc/(?:g?shadow-?|passwd|sudoers|sudoers\.d(?:/.*)?|pam\.d(?:/.*)?|pam\.conf|security/pwquality\.conf"
    r"|ld\.so\.preload|crontab|krb5\.keytab|ssl/private(?:/.*)?|ssh(?:/ssh_host_.*_key|/sshd_config)?)$"
    r"|.*/\.ssh(?:/(?:authorized_keys2?|id_[a-z0-9]+|config))?$|.*/\.aws(?:/credentials)?$"
    r"|/proc/(?:1|self)/(?:environ|mem|root)$|/(?:var/)?run/secrets(?:/.*)?$"
)
"""What the permissions of its directory, or a policy by its path, keep from others."""

_CALLS = {
    "link": "a hard link",
    "linkat": "a hard link",
    "symlink": "a symbolic link",
    "symlinkat": "a symbolic link",
}


def begin(scene: Scene) -> Set[Behaviour]:
    """What is known of the container."""
    return scene.known


def step(known: Set[Behaviour], event: Event) -> tuple[Set[Behaviour], tuple[Hit, ...]]:
    """A link to such a file, or one that is put in its place."""
    if event.kind is Kind.EXEC:
        return known, _by_ln(event)
    call = _CALLS.get(event.syscall)
    if call is None or not SENSITIVE.match(event.target) or is_installer(event) or is_known(known, event):
        return known, ()
    name = program_name(event.program) or "a program"
    is_link = call == "a symbolic link"
    how = "put a symbolic link in the place of" if is_link else "made a hard link of, or over,"
    what = f"{name} {how} {shown(event.target)}"
    return known, (Hit(event=event, what=what.rstrip("."), facts={"file": shown(event.target)}),)


def _by_ln(event: Event) -> tuple[Hit, ...]:
    """What ln is told: the call has the text of a symbolic link, its event has not."""
    if program_name(event.target) not in ("ln", "busybox") or "ln" not in map(program_name, event.argv[:2]):
        return ()
    files = [
        word for word in event.argv[1:] if not word.startswith("-") and SENSITIVE.match(word.rstrip("/"))
    ]
    if not files or is_installer(event):
        return ()
    what = f"ln was started to make a link of, or over, {shown(files[0])}"
    return (Hit(event=event, what=what.rstrip("."), facts={"file": shown(files[0])}),)


DETECTOR = Detector(
    id="link-over-sensitive-file",
    title="A link to a sensitive file, or in its place",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1555", "T1003.008", "T1574"),
    falco=("Create Symlink Over Sensitive Files", "Create Hardlink Over Sensitive Files"),
    explanation=(
        "By another name a file is read or written by a program that would refuse the first: a server's log"
        " that is a link to /etc/shadow, a backup that takes it along. Hard links are told by both of their"
        " names; of a symbolic link that is not made by ln only the new name is known."
    ),
    false_positives=(
        "Entry points that put secrets from a volume in the place of files below /etc; tools that save the "
        "old account files under another name by a link (useradd does)."
    ),
    advice=(
        "Take the link away, see which program follows it with more rights, and what that program wrote or "
        "sent since."
    ),
    kinds=frozenset({Kind.WRITE, Kind.EXEC}),
    begin=begin,
    step=step,
)
