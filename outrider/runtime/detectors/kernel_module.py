"""Code is to run in the kernel."""

from outrider.model.detection import Confidence
from outrider.model.event import Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.calls import Call, of_calls
from outrider.runtime.detectors.detector import Detector

CALLS = {
    name: Call(
        did="tried to load a module into the kernel", severity=Severity.CRITICAL, confidence=Confidence.HIGH
    )
    for name in ("init_module", "finit_module")
} | {
    name: Call(
        did="tried to exchange the kernel, or to take a module out of it",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
    )
    for name in ("delete_module", "kexec_load", "kexec_file_load")
}

_BEGIN, _STEP = of_calls(CALLS)

DETECTOR = Detector(
    id="kernel-module",
    title="A kernel module is tried to be loaded",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    attack=("T1547.006", "T1014"),
    falco=("Linux Kernel Module Injection Detected",),
    guardduty=("DefenseEvasion/KernelModuleLoaded",),
    explanation=(
        "A module runs in the kernel and is above every container and every watcher. No application in a "
        "container has one to load; the runtime refuses it, but the attempt shows what somebody is after."
    ),
    false_positives=(
        "Agents of security and storage vendors that were made for machines of their own, run by mistake in"
        " a task; VPN clients that try to bring their module."
    ),
    advice=(
        "Take the task out of service and keep its flight record. Where the container has privileges, do "
        "not trust the machine below it any more."
    ),
    kinds=frozenset({Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
