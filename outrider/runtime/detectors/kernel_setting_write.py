"""Settings of the kernel that lead out of the container."""

import re
from collections.abc import Set

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.paths import shown
from outrider.runtime.detectors.programs import program_name

_RUNS_A_PROGRAM = re.compile(
    r"/proc/sys/kernel/(?:core_pattern|modprobe|hotplug|usermodehelper/.*)$|/proc/sys/fs/binfmt_misc/register$"
    r"|/sys/kernel/uevent_helper$|(?:.*/)?release_agent$"
)
"""Files that name a program which the kernel starts, outside every container."""

_POWER = re.compile(r"/proc/sysrq-trigger$|/proc/sys/kernel/sysrq$|/sys/power/state$")
_DEBUG = re.compile(r"/sys/kernel/(?:debug|tracing|security|livepatch)/|/proc/kcore$|/dev/(?:k?mem|port)$")
_HARDENING = re.compile(
    r"/proc/sys/(?:kernel/(?:randomize_va_space|kptr_restrict|dmesg_restrict|yama/.*|unprivileged_bpf_disabled"
    r"|unprivileged_userns_clone|perf_event_paranoid|modules_disabled)|fs/protected_\w+|fs/suid_dumpable)$"
)
_LIMITS = re.compile(r"/sys/fs/cgroup/.*/(?:notify_on_release|devices\.allow)$")


def begin(scene: Scene) -> Set[Behaviour]:
    """What is known of the container."""
    return scene.known


def step(known: Set[Behaviour], event: Event) -> tuple[Set[Behaviour], tuple[Hit, ...]]:
    """A file of the kernel that is opened for writing."""
    path = event.target
    if not path.startswith(("/proc/sys", "/proc/kcore", "/sys/", "/dev/")) and not path.endswith(
        "release_agent"
    ):
        return known, ()
    found = _kind(path)
    if found is None or is_known(known, event):
        return known, ()
    what, severity, confidence = found
    name = program_name(event.program) or "a program"
    hit = Hit(
        event=event,
        what=f"{name} opened {shown(path)} for writing: {what}",
        severity=severity,
        confidence=confidence,
        facts={"file": shown(path)},
    )
    return known, (hit,)


_KINDS = (
    (
        _RUNS_A_PROGRAM,
        "it names a program that the kernel starts outside",
        Severity.CRITICAL,
        Confidence.HIGH,
    ),
    (_POWER, "it stops or resets the machine", Severity.HIGH, Confidence.HIGH),
    (_DEBUG, "it shows or changes the kernel's memory", Severity.HIGH, Confidence.HIGH),
    (_HARDENING, "it takes back a protection of the kernel", Severity.HIGH, Confidence.MEDIUM),
    (_LIMITS, "a limit of the container itself", Severity.HIGH, Confidence.HIGH),
    (re.compile("/proc/sys/"), "a setting of the kernel", Severity.LOW, Confidence.LOW),
)
"""Where, what for, and how bad that is; the first that fits."""


def _kind(path: str) -> tuple[str, Severity, Confidence] | None:
    """What a file is for."""
    for pattern, what, severity, confidence in _KINDS:
        if pattern.match(path):
            return what, severity, confidence
    return None


DETECTOR = Detector(
    id="kernel-setting-write",
    title="A setting of the kernel is opened for writing",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1611", "T1562.001"),
    falco=("Detect release_agent File Container Escapes", "Debugfs Launched in Privileged Container"),
    guardduty=("PrivilegeEscalation/CGroupsReleaseAgentModified", "PrivilegeEscalation/RuncContainerEscape"),
    explanation=(
        "release_agent, core_pattern and their like name a program that the kernel starts outside the "
        "container: writing one is the classic way out. Others stop the machine or take its protections "
        "back. They are read-only in a container without privileges; the attempt is told."
    ),
    false_positives=(
        "Entry points that set limits of the network by sysctl, told as low; systemControls in the task "
        "definition is the place for that."
    ),
    advice=(
        "If the write may have succeeded, the machine below the container is not to be trusted: on Fargate "
        "it goes with the task, so stop that, and keep its flight record."
    ),
    kinds=frozenset({Kind.WRITE}),
    begin=begin,
    step=step,
)
