"""The walls of the container are moved."""

from outrider.model.detection import Confidence
from outrider.model.event import Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.calls import Call, of_calls
from outrider.runtime.detectors.detector import Detector

_SANDBOXES = frozenset(
    {
        "brave", "bwrap", "chrome", "chrome-sandbox", "chromium", "chromium-headless-shell", "firefox",
        "flatpak", "headless_shell",
    }
)  # fmt: skip
"""Browsers and bubblewrap put their own parts into namespaces, as far as they may."""

_JAILED = frozenset(
    {
        "anvil", "avahi-daemon", "chronyd", "dhcpd", "dovecot", "haproxy", "imap-login", "lighttpd", "master",
        "named", "nginx", "ntpd", "pickup", "proftpd", "qmgr", "smtp", "smtpd", "sshd", "tftpd",
        "unbound", "vsftpd",
    }
)  # fmt: skip
"""Servers that lock themselves or their children into a directory, and say so in their manuals."""

CALLS = {
    "mount": Call(did="tried to mount a file system", severity=Severity.HIGH, confidence=Confidence.HIGH),
    "umount2": Call(did="tried to unmount a file system", severity=Severity.HIGH, confidence=Confidence.HIGH),
    **{
        name: Call(
            did="tried to make or move a mount in steps", severity=Severity.HIGH, confidence=Confidence.HIGH
        )
        for name in (
            "fsopen",
            "fsconfig",
            "fsmount",
            "fspick",
            "move_mount",
            "mount_setattr",
            "open_tree_attr",
        )
    },
    "open_tree": Call(
        did="tried to copy a part of the file system's mounts",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
    ),
    "pivot_root": Call(did="tried to exchange the root", severity=Severity.HIGH, confidence=Confidence.HIGH),
    "setns": Call(
        did="tried to enter a namespace of others", severity=Severity.HIGH, confidence=Confidence.HIGH
    ),
    "unshare": Call(
        did="tried to make a namespace of its own",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        made_by=_SANDBOXES,
    ),
    "clone_namespaces": Call(
        did="tried to start a process in a namespace of its own",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        made_by=_SANDBOXES,
    ),
    "chroot": Call(
        did="made another directory its root",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        made_by=_SANDBOXES | _JAILED,
    ),
}

_BEGIN, _STEP = of_calls(CALLS)

DETECTOR = Detector(
    id="namespace-or-mount",
    title="A mount or a namespace is tried",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1611",),
    falco=("Change thread namespace", "Mount Launched in Privileged Container"),
    guardduty=("PrivilegeEscalation/ContainerMountsHostDirectory",),
    explanation=(
        "Ways out of a container begin with a mount, or with a user namespace, in which one is root. On "
        "Fargate the runtime refuses these calls, so no application there makes them: the attempt is what "
        "tells."
    ),
    false_positives=(
        "Sandboxes of browsers, and servers that lock themselves into a directory, are passed over by their"
        " names; others of the kind are learned. Programs that share less between their threads (unshare)."
    ),
    advice=(
        "Look at what the program is and where it came from. Keep the container without added capabilities "
        "and without privileges: then none of this succeeds."
    ),
    kinds=frozenset({Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
