"""Names are asked of somebody else's name server."""

from dataclasses import dataclass, replace
from ipaddress import ip_network

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.lists import Addresses, addresses_of
from outrider.runtime.detectors.networks import Place, place_of
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Window

PORTS = {53: "DNS", 853: "DNS over TLS"}

AMAZON = ("169.254.169.253", "fd00:ec2::253")
"""Amazon's own name server, from any VPC."""

_MOST_SAFE_PREFIX = 30
ONCE = Window(span_ns=SECOND, most=1)


@dataclass(frozen=True, slots=True)
class State:
    """Whose name servers are its own, what is known, and what was told."""

    own: Addresses
    own_known: bool
    """Whether /etc/resolv.conf was read: else a private address may well be the name server."""
    known: frozenset[Behaviour]
    told: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """The container's own name servers: those it has, Amazon's, the one of each of its networks."""
    own = {*scene.resolvers, *AMAZON, *scene.lists.get("resolvers", ()), *map(_of_network, scene.networks)}
    return State(addresses_of(own), bool(scene.resolvers), scene.known)


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """A question, or a connection that is for questions."""
    address = event.address
    if address is None or address.port not in PORTS or address.family == "unix":
        return state, ()
    place = place_of(address.host)
    if place in (Place.NOWHERE, Place.LOOPBACK) or (place is not Place.OUTSIDE and not state.own_known):
        return state, ()
    if state.own.find(address.host) or is_known(state.known, event):
        return state, ()
    key = (event.program, address.host)
    told, recent = ONCE.add(state.told, key, 0, event)
    if not recent:
        return state, ()
    name = program_name(event.program) or "a program"
    hit = Hit(
        event=event,
        what=f"{name} asked {address.host} by {PORTS[address.port]}, which is not among its name servers",
        facts={"resolver": address.host},
        confidence=None if state.own_known else Confidence.LOW,
    )
    return replace(state, told=ONCE.tell(told, key, event)), (hit,)


def _of_network(cidr: str) -> str:
    """The name server of a VPC: its network's number plus two."""
    try:
        network = ip_network(cidr, strict=False)
    except ValueError:
        return ""
    small = network.version == 6 or network.prefixlen > _MOST_SAFE_PREFIX
    return "" if small else str(network.network_address + 2)


DETECTOR = Detector(
    id="foreign-resolver",
    title="Names asked of another name server",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    attack=("T1071.004", "T1568"),
    falco=("Unexpected UDP Traffic", "Unexpected outbound connection destination"),
    explanation=(
        "A container has its name servers from /etc/resolv.conf. Who asks another one does not want to be "
        "seen by the DNS firewall and its log, or talks to a server that is no name server at all."
    ),
    false_positives=(
        "Name servers that resolve by themselves (bind, unbound, a mail server's filter) and programs with "
        "a resolver of their own; they ask the same ones each time, and are learned."
    ),
    advice=(
        "Allow port 53 and 853 in the security group to the VPC's own name server only, and look at what "
        "the program asked: the flight record has the connections around it."
    ),
    kinds=frozenset({Kind.CONNECT, Kind.RESOLVE}),
    begin=begin,
    step=step,
)
