"""A device is given a name, so that it can be opened."""

from outrider.model.detection import Confidence
from outrider.model.event import Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.calls import Call, of_calls
from outrider.runtime.detectors.detector import Detector

CALLS = {
    "mknod_device": Call(
        did="tried to make a device: a disk of the machine, its memory or a tunnel is opened by one",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
    )
}

_BEGIN, _STEP = of_calls(CALLS)

DETECTOR = Detector(
    id="device-node",
    title="A device is made in the container",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1611",),
    explanation=(
        "Who has CAP_MKNOD, which containers have by default, can give the machine's disk a name in his own "
        "directory; what keeps him from reading it then is the control group's list of devices, alone. "
        "Pipes, sockets and the marks of overlay file systems are made by the same call and are not meant."
    ),
    false_positives=(
        "VPN images that make /dev/net/tun at start, archives of whole systems that are unpacked as root, "
        "builders of images."
    ),
    advice=(
        "Drop MKNOD in the task definition (linuxParameters.capabilities.drop): hardly an application will "
        "miss it. See what made the device, and whether it was opened."
    ),
    kinds=frozenset({Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
