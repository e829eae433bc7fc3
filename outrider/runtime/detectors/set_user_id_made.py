"""A program is made that runs as somebody else."""

from collections.abc import Set

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.paths import PROGRAM_DIRECTORIES, is_installer, shown
from outrider.runtime.detectors.programs import fits, program_name

_MODES = {"set-user-id": "its owner", "set-group-id": "its group"}
_KEEP_ATTRIBUTES = frozenset(
    {
        "bsdtar", "ceph-osd", "chcon", "cp", "dockerd", "emacs", "glusterfsd", "install", "minio", "mv",
        "patch", "restorecon", "rsync", "samba", "sed", "setfacl", "setfattr", "smbd", "systemd-journald",
        "tar", "vim",
    }
)  # fmt: skip
"""What gives files attributes by design: copies and changes that keep access lists, stores."""


def _begin(scene: Scene) -> Set[Behaviour]:
    return scene.known


def _step(known: Set[Behaviour], event: Event) -> tuple[Set[Behaviour], tuple[Hit, ...]]:
    """By its mode, or by an attribute, where capabilities are."""
    if event.kind is Kind.WRITE:
        return known, _by_mode(event)
    return known, () if is_known(known, event) else _by_attribute(event)


def _by_attribute(event: Event) -> tuple[Hit, ...]:
    """Which attribute it is the call's name does not say. Only root may give capabilities."""
    if event.target != "setxattr" or event.uid != 0 or is_installer(event):
        return ()
    name = program_name(event.program)
    if name == "setcap":
        return (Hit(event=event, what="setcap gave a program rights of root, its capabilities"),)
    if name in _KEEP_ATTRIBUTES and event.program.startswith(PROGRAM_DIRECTORIES):
        return ()
    what = f"{fits(name) or 'a program'} gave a file an attribute, as which rights of root are given"
    return (Hit(event=event, what=what, severity=Severity.MEDIUM, confidence=Confidence.LOW),)


def _by_mode(event: Event) -> tuple[Hit, ...]:
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
        "told as less bad; on a directory it means something else, and is not told. Capabilities of a file "
        "do the same in part; they are one attribute of several, and the call does not say which."
    ),
    false_positives=(
        "Archives that are unpacked as root with their modes, and set-up scripts that copy a program with "
        "its mode. Stores that keep attributes of their own with files: common ones are passed over by "
        "their names, others are told with low confidence, and learned."
    ),
    advice=(
        "Take the file away, see who became root to do it, and set noNewPrivileges or a read-only root file"
        " system: under the supervisor the bit has no effect, in a session of ECS Exec it has."
    ),
    kinds=frozenset({Kind.SYSCALL, Kind.WRITE}),
    begin=_begin,
    step=_step,
)
