"""What is started again, by somebody else, later."""

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

PLACES: tuple[tuple[str, Severity, re.Pattern[str]], ...] = (
    (
        "libraries that every program loads",
        Severity.CRITICAL,
        re.compile(r"/etc/ld\.so\.preload$|/etc/ld\.so\.conf(?:\.d/[^/]+)?$"),
    ),
    (
        "commands that are run at set times",
        Severity.HIGH,
        re.compile(r"/etc/(?:crontab$|anacrontab$|cron\.[a-z]+/)|/var/spool/(?:cron|at)/(?!.*/?\.SEQ$)"),
    ),
    (
        "keys that may log in",
        Severity.HIGH,
        re.compile(r".*/\.ssh/(?:authorized_keys2?|rc|environment)$"),
    ),
    (
        "who may become whom",
        Severity.HIGH,
        re.compile(r"/etc/(?:g?shadow-?|sudoers|sudoers\.d/.+|doas\.conf|pam\.conf|pam\.d/.+)$"),
    ),
    ("accounts", Severity.MEDIUM, re.compile(r"/etc/(?:passwd|group)$")),
    (
        "commands of every login",
        Severity.HIGH,
        re.compile(
            r"/etc/(?:profile$|profile\.d/|bash\.bashrc$|bashrc$|environment$|zsh/|csh\.)"
            r"|.*/\.(?:bashrc|bash_(?:profile|login|logout)|profile|z(?:shrc|profile|shenv|login)|[kct]+shrc)$"
        ),
    ),
    (
        "services that are started",
        Severity.HIGH,
        re.compile(
            r"/(?:etc|lib|usr/lib|run)/systemd/(?:system|user)/.*\.(?:service|timer|socket|path)$"
            r"|/etc/(?:rc\.local|inittab|init\.d/.+|rc[0-9S]\.d/.+)$"
            r"|.*/\.config/(?:systemd/user|autostart)/.+"
        ),
    ),
    (
        "code that every Python program runs",
        Severity.HIGH,
        re.compile(r".*/(?:site|user)customize\.py$"),
    ),
)
"""What is there, how bad a change is, and where."""

_MAY_BE = ("/etc/", "/var/spool/", "/lib/systemd/", "/usr/lib/systemd/", "/run/systemd/")


def begin(scene: Scene) -> Set[Behaviour]:
    """What is known of the container."""
    return scene.known


def step(known: Set[Behaviour], event: Event) -> tuple[Set[Behaviour], tuple[Hit, ...]]:
    """A file that is made or changed, whose lines somebody will run or believe."""
    path = event.target
    if not path.startswith(_MAY_BE) and "/." not in path and not path.endswith("customize.py"):
        return known, ()
    if "removes" in event.traits or event.syscall in ("unlink", "unlinkat", "rmdir"):
        return known, ()
    found = next(((what, severity) for what, severity, pattern in PLACES if pattern.match(path)), None)
    if found is None or is_installer(event) or is_known(known, event):
        return known, ()
    what, severity = found
    name = program_name(event.program) or "a program"
    hit = Hit(
        event=event,
        what=f"{name} changed {shown(path)}: {what}",
        severity=severity,
        facts={"file": shown(path)},
    )
    return known, (hit,)


DETECTOR = Detector(
    id="persistence",
    title="A file is changed that is run or believed later",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1053.003", "T1546.004", "T1574.006", "T1098.004", "T1543.002", "T1037.004", "T1136.001"),
    falco=(
        "Schedule Cron Jobs",
        "Modify Shell Configuration File",
        "Adding ssh keys to authorized_keys",
        "Write below etc",
    ),
    guardduty=("Persistence/SuspiciousCommand", "DefenseEvasion/SensitiveFileModified"),
    explanation=(
        "Cron, login scripts, ld.so.preload, authorized keys, units, accounts: a line there brings an "
        "attacker back after what he used is closed, or makes him somebody else. In a container hardly "
        "anything reads them, so hardly anything has cause to write them."
    ),
    false_positives=(
        "Entry points that add an account for a user number of their choice (/etc/passwd, told as less "
        "bad), or set up cron; tools that manage a machine. The same each start: they are learned."
    ),
    advice=(
        "Read the file in the running container before it is stopped, it names the next stage. Then replace"
        " the task: in a new one the file is the image's."
    ),
    kinds=frozenset({Kind.WRITE}),
    begin=begin,
    step=step,
)
