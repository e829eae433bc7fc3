"""The kernel is made to wait for a program in the middle of its work."""

from outrider.model.detection import Confidence
from outrider.model.event import Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.calls import Call, of_calls
from outrider.runtime.detectors.detector import Detector

CALLS = {
    "userfaultfd": Call(
        did="asked to handle page faults itself",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        made_by=frozenset({"criu", "qemu-system-aarch64", "qemu-system-x86_64"}),
    )
}

_BEGIN, _STEP = of_calls(CALLS)

DETECTOR = Detector(
    id="userfaultfd",
    title="A program handles page faults itself",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1068",),
    falco=("Unprivileged Delegation of Page Faults Handling to a Userspace Process",),
    guardduty=("PrivilegeEscalation/UserfaultfdUsage",),
    explanation=(
        "With userfaultfd a program holds the kernel still at a place of its choice, which makes races "
        "between kernel threads easy to win. Exploits do that; ordinary programs have no use for it."
    ),
    false_positives=(
        "Virtual machines that are moved while they run, checkpointing (CRIU), a few garbage collectors and"
        " memory managers of research."
    ),
    advice=(
        "Look at the program: if it did not come with the image, take the task out of service and keep its "
        "memory and its flight record."
    ),
    kinds=frozenset({Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
