"""Packets are read or made by hand."""

from outrider.model.detection import Confidence
from outrider.model.event import Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.calls import Call, of_calls
from outrider.runtime.detectors.detector import Detector

CALLS = {
    "socket_raw": Call(
        did="opened a raw socket: it makes and reads packets by hand",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        made_by=frozenset(
            {
                "busybox",
                "keepalived",
                "fping",
                "fping6",
                "mtr-packet",
                "ping",
                "ping4",
                "ping6",
                "pinger",
                "traceroute",
                "traceroute6",
            }
        ),
    ),
    "socket_other": Call(
        did="opened a socket of an unusual family, such as packets as they are on the wire",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        made_by=frozenset({"arping", "cryptsetup", "dhclient", "dhcpcd", "iwd"}),
    ),
    "source_route": Call(
        did="gave packets a route: they go to another machine before the one they are addressed to",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        made_by=frozenset({"keepalived", "ping", "ping4", "ping6", "traceroute", "traceroute6"}),
    ),
}

_BEGIN, _STEP = of_calls(CALLS)

DETECTOR = Detector(
    id="raw-socket",
    title="A raw or packet socket is opened",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    attack=("T1040", "T1557"),
    falco=("Packet socket created in container",),
    guardduty=("Execution/SuspiciousTool",),
    explanation=(
        "With such a socket one reads what other containers of the task send, scans without a connection, "
        "or pretends to be another machine. Fargate gives every task the capability for it, and few have a "
        "use for it. Which family an unusual one is of the supervisor does not say: packets, or ciphers of "
        "the kernel."
    ),
    false_positives=(
        "Tools that look whether a host answers are passed over by their names; libraries that send their "
        "own echo requests, capture tools, programs that use the kernel's ciphers are learned."
    ),
    advice=(
        "Drop NET_RAW in the task definition (linuxParameters.capabilities.drop): the application will "
        "hardly miss it. Look at what the program is."
    ),
    kinds=frozenset({Kind.SYSCALL}),
    begin=_BEGIN,
    step=_STEP,
)
