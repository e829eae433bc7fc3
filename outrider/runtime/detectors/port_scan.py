"""Many doors are tried in a short time."""

from dataclasses import dataclass, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.lists import Addresses, addresses_of
from outrider.runtime.detectors.networks import Place, place_of
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Recent, Window

FIRST_UNPRIVILEGED = 1024
FIRST_EPHEMERAL = 32768
FTP = 21
MOST_PRIVILEGED = 8
"""Ports below 1024 of one host that one program asks within a minute. Clients of a suite have 3."""
MOST_PORTS = 24
"""Ports of one host that are not given by chance. So many services have a proxy before them."""
MOST_PEERS = 24
"""Hosts outside that are asked by address, not by name, for one of ATTACKED, within a minute."""

ATTACKED = frozenset(
    {
        22,
        23,
        445,
        1433,
        2222,
        2323,
        2375,
        2376,
        3306,
        3389,
        5432,
        5555,
        5900,
        5985,
        6379,
        8291,
        9200,
        10250,
        11211,
        27017,
    }
)
"""Ports that worms spread by. Web, mail, DNS and NTP are not: crawlers and mail servers ask many."""

WINDOW = Window(span_ns=60 * SECOND, most=32)


@dataclass(frozen=True, slots=True)
class State:
    """What is not outside although its numbers say so, and what was seen."""

    networks: Addresses
    counts: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """Nothing was seen."""
    return State(addresses_of(scene.networks))


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """One more door."""
    address = event.address
    if address is None or not address.port or address.family == "unix":
        return state, ()
    place, counts = place_of(address.host), state.counts
    if place is Place.NOWHERE:
        return state, ()
    if address.port < FIRST_EPHEMERAL:
        key = ("ports", event.program, address.host)
        counts, recent = WINDOW.add(counts, key, address.port, event)
        if _is_scan(recent):
            what = f"{_who(event)} tried {len(recent)} ports of {address.host} within a minute"
            return replace(state, counts=WINDOW.tell(counts, key, event)), (_hit(event, what, recent),)
    if address.port in ATTACKED and place is Place.OUTSIDE and not event.name:
        key = ("peers", event.program, str(address.port))
        counts, recent = WINDOW.add(counts, key, address.host, event)
        if len(recent) >= MOST_PEERS and not state.networks.find(address.host):
            what = f"{_who(event)} tried port {address.port} of {len(recent)} hosts outside within a minute"
            return replace(state, counts=WINDOW.tell(counts, key, event)), (_hit(event, what, recent),)
    return replace(state, counts=counts), ()


def _is_scan(recent: Recent) -> bool:
    """Whether ports of one host are too many. Passive FTP has a port for each file."""
    if len(recent) < MOST_PRIVILEGED:
        return False
    low = sum(isinstance(port, int) and port < FIRST_UNPRIVILEGED for port in recent.things)
    return low >= MOST_PRIVILEGED or (len(recent) >= MOST_PORTS and FTP not in recent.things)


def _who(event: Event) -> str:
    """The program, for a sentence."""
    return program_name(event.program) or "an unknown program"


def _hit(event: Event, what: str, recent: Recent) -> Hit:
    """A scan, with what it tried."""
    tried = " ".join(str(thing) for thing in recent.things)
    return Hit(event=event, what=what, earlier=recent.seqs, facts={"tried": tried})


DETECTOR = Detector(
    id="port-scan",
    title="Many ports of one host, or one port of many hosts",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1046", "T1595.001"),
    falco=("Launch Suspicious Network Tool in Container",),
    guardduty=("Discovery/SuspiciousCommand", "Execution/SuspiciousTool"),
    explanation=(
        "An application asks few ports of few hosts. It counts the different ports of one host, and the "
        "different hosts outside that are asked by address for a port that worms spread by; whether the "
        "connection came about does not matter."
    ),
    false_positives=(
        "Monitoring that looks whether ports are open; clients of protocols that agree on another port for "
        "each transfer, below the ephemeral ones."
    ),
    advice=(
        "See what the program is and who started it. If nobody at home scans: the task is somebody's "
        "bridgehead; isolate it by its security group and look at what answered."
    ),
    kinds=frozenset({Kind.CONNECT}),
    begin=begin,
    step=step,
)
