"""What only the owner of a machine does is tried from a container."""

from outrider.model.detection import Confidence
from outrider.model.event import Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.calls import Call, of_calls
from outrider.runtime.detectors.detector import Detector


def _less_bad(did: str) -> Call:
    return Call(did=did, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM)


CALLS = {
    "reboot": Call(
        did="tried to stop or restart the machine, or the container",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
    ),
    "acct": _less_bad("tried to turn the accounting of processes on or off"),
    **{name: _less_bad("tried to change what the machine swaps to") for name in ("swapoff", "swapon")},
    **{
        name: _less_bad("asked for the quotas of a file system, or tried to change them")
        for name in ("quotactl", "quotactl_fd")
    },
}

_BEGIN, _STEP = of_calls(CALLS)

DETECTOR = Detector(
    id="machine-administration",
    title="The machine is administered from a container",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1529", "T1489", "T1562.006"),
    explanation=(
        "Restarting, swap, quotas and the accounting of processes belong to the machine below. An "
        "application has no use for them, and the runtime refuses them; somebody who tries wants the service "
        "to stop, a disk to fill up, or his own processes out of the records."
    ),
    false_positives=(
        "Images of whole systems whose init mounts swap and reboots at its end; installers, file servers and "
        "databases that ask whether a quota is in the way."
    ),
    advice=(
        "See what the program is: an init of a whole system is a mistake in the image, anything else is "
        "somebody with a shell. Keep the container without SYS_ADMIN, SYS_BOOT and SYS_PACCT."
    ),
    kinds=frozenset({Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
