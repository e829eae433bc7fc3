"""A door that was not there."""

from collections.abc import Set

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.behaviours import FIRST_EPHEMERAL, FIRST_UNPRIVILEGED
from outrider.runtime.detectors.detector import Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.networks import Place, place_of
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.tools import LISTENING_TOOLS


def begin(scene: Scene) -> Set[Behaviour]:
    """What is known of the container."""
    return scene.known


def step(known: Set[Behaviour], event: Event) -> tuple[Set[Behaviour], tuple[Hit, ...]]:
    """An address that is bound, for others to come to."""
    address = event.address
    if address is None or address.family == "unix" or place_of(address.host) is Place.LOOPBACK:
        return known, ()
    name = program_name(event.program)
    tool = name in LISTENING_TOOLS
    if not (known or tool) or not _is_for_others(address.port, address.protocol, tool=tool):
        return known, ()
    if is_known(known, event):
        return known, ()
    how = "which listens when somebody types it" if tool else "which was never seen to"
    hit = Hit(
        event=event,
        what=f"{name or 'an unknown program'}, {how}, listens on {address.protocol} port {address.port}",
        severity=Severity.HIGH if tool and known else None,
        facts={"port": str(address.port), "address": address.host},
    )
    return known, (hit,)


def _is_for_others(port: int, protocol: str, *, tool: bool) -> bool:
    """Whether a port was chosen so that somebody finds it. Of clients, and of who takes any, it was not."""
    if protocol == "udp":
        return 0 < port < FIRST_UNPRIVILEGED
    return 0 < port < FIRST_EPHEMERAL or (tool and port > 0)


DETECTOR = Detector(
    id="new-listener",
    title="A program listens on a port that was not there",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    attack=("T1571", "T1205"),
    falco=(
        "Unexpected inbound connection source",
        "Outbound or Inbound Traffic not to Authorized Server Process and Port",
    ),
    explanation=(
        "The ports of a container are the same each time it runs, and in its model. Another one is a back "
        "door, or a proxy to what is behind. Nothing known: only tools such as nc and shells are told."
    ),
    false_positives=(
        "New versions with a new port, debuggers that are attached to a running program. Ports of loopback,"
        " ports taken by chance and those of UDP clients are passed over."
    ),
    advice=(
        "See whether the security group lets anybody reach the port, who connected, and what started the "
        "program. If it belongs there: accept it into the model."
    ),
    kinds=frozenset({Kind.BIND}),
    begin=begin,
    step=step,
)
