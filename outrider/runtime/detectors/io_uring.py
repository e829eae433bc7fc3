"""A way to make system calls without making them."""

from outrider.model.detection import Confidence
from outrider.model.event import Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.calls import Call, of_calls
from outrider.runtime.detectors.detector import Detector

CALLS = {
    "io_uring_setup": Call(
        did="set up io_uring, whose work no filter of system calls sees",
        severity=Severity.MEDIUM,
        confidence=Confidence.LOW,
        made_by=frozenset(
            {"mariadbd", "mysqld", "node", "postgres", "qemu-system-x86_64", "scylla", "tigerbeetle"}
        ),
    )
}

_BEGIN, _STEP = of_calls(CALLS)

DETECTOR = Detector(
    id="io-uring",
    title="A way around system calls, io_uring, is set up",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    attack=("T1562.001",),
    explanation=(
        "Opens, connects and sends through io_uring are done by the kernel without a system call of the "
        "program, so seccomp, and with it this defender, does not see them. A program that begins to use it"
        " is told because the other detectors are blind to it from then on."
    ),
    false_positives=(
        "Databases and runtimes for fast input and output; the common ones are passed over by their names, "
        "others are learned."
    ),
    advice=(
        "Where the application has no use for it, deny the call by policy: programs fall back to ordinary "
        "calls. Newer runtimes of containers refuse it themselves."
    ),
    kinds=frozenset({Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
