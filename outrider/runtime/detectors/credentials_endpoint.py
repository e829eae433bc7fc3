"""The credentials of the task are asked for by a program that never did."""

from collections.abc import Set

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.networks import address_of
from outrider.runtime.detectors.paths import shown
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.tools import is_transfer_tool

ENDPOINTS = {
    "169.254.170.2": "the task's credentials and metadata",
    "169.254.170.23": "the pod's credentials (EKS Pod Identity)",
    "fd00:ec2::23": "the pod's credentials (EKS Pod Identity)",
    "169.254.169.254": "the instance's credentials and metadata",
    "fd00:ec2::254": "the instance's credentials and metadata",
}
"""Address → what it gives to who asks, without a password."""

_OWN_NAMES = (".internal", ".amazonaws.com", "instance-data")
"""Ends of names that Amazon itself gives to these addresses."""


def begin(scene: Scene) -> Set[Behaviour]:
    """What is known of the container."""
    return scene.known


def step(known: Set[Behaviour], event: Event) -> tuple[Set[Behaviour], tuple[Hit, ...]]:
    """A connection to one of the endpoints, by a program whose it is not."""
    address = event.address
    # A datagram to there is how the resolver of a libc sorts addresses: nothing is sent.
    if address is None or address.protocol == "udp" or address.family == "unix":
        return known, ()
    if not address.host.startswith(("169.254.", "fd00:ec2:", "::ffff:169.254.", "::ffff:a9fe:")):
        return known, ()
    gives = ENDPOINTS.get(str(address_of(address.host)))
    if gives is None:
        return known, ()
    if event.name and not event.name.lower().endswith(_OWN_NAMES):
        return known, (_by_name(event, gives),)
    return known, _unexpected(known, event, gives)


def _by_name(event: Event, gives: str) -> Hit:
    """Somebody's name led to an address that has none: the server that was sent there does not know it."""
    host = event.address.host if event.address else ""
    what = f"the name {shown(event.name)} led {_who(event)} to {host}, which gives {gives}"
    return Hit(
        event=event, what=what, confidence=Confidence.HIGH, facts={"peer": host, "name": shown(event.name)}
    )


def _unexpected(known: Set[Behaviour], event: Event, gives: str) -> tuple[Hit, ...]:
    """A tool, or a program that never asked."""
    by_hand = is_transfer_tool(event.program)
    if not (known or by_hand) or is_known(known, event):
        return ()
    host = event.address.host if event.address else ""
    how = "which people and scripts use" if by_hand else "which never did before"
    return (
        Hit(
            event=event,
            what=f"{_who(event)}, {how}, asked {host} for {gives}",
            confidence=Confidence.HIGH if known and by_hand else None,
            severity=None if known else Severity.MEDIUM,  # entry points may ask so, and are not learned yet
            facts={"peer": host},
        ),
    )


def _who(event: Event) -> str:
    """The program, for a sentence."""
    return program_name(event.program) or "an unknown program"


DETECTOR = Detector(
    id="credentials-endpoint",
    title="Credentials of the task asked for by an unexpected program",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1552.005",),
    falco=(
        "Contact EC2 Instance Metadata Service From Container",
        "Contact cloud metadata service from container",
    ),
    guardduty=("UnauthorizedAccess/MetadataDNSRebind",),
    explanation=(
        "Whoever can make a request inside the container gets the task's AWS credentials from these "
        "addresses. The application's own SDK asks for them all the time, and is in its model; a tool like "
        "curl, or a program that never asked, is a thief's first step. Nothing known: only such tools are "
        "told."
    ),
    false_positives=(
        "Entry points that ask the metadata endpoint by curl for the task's name: they are learned. A new "
        "program in a new version that uses the SDK."
    ),
    advice=(
        "Revoke the sessions of the task's role (AWSRevokeOlderSessions), look in CloudTrail for what was "
        "done with them from elsewhere, and find out what made the program ask: a server-side request "
        "forgery shows the server itself."
    ),
    kinds=frozenset({Kind.CONNECT}),
    begin=begin,
    step=step,
)
