"""One port of many machines of the network the task is in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.model.pattern import is_literal, unquote
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.lists import Addresses, addresses_of
from outrider.runtime.detectors.networks import Place, address_of, place_of
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Recent, Window

IN_A_ROW = 16
"""Machines asked within a minute, where half of them are neighbours by their numbers: nobody's cluster is."""
ANYHOW = 40
"""Machines asked within a minute. Nodes of a cluster find each other by name, and are fewer."""
KNOWN_PEERS = 3
"""Peers on one port in a model, from which on a program is known to have many there."""

WINDOW = Window(span_ns=60 * SECOND, most=ANYHOW)


@dataclass(frozen=True, slots=True)
class State:
    """What counts as inside, who is known to have many peers, and what was seen."""

    networks: Addresses
    meshes: Mapping[tuple[str, str], int]
    """(Program, ports) → peers that its model has."""
    counts: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """Nothing was seen."""
    peers: Counter[tuple[str, str]] = Counter()
    for one in scene.known:
        if one.kind is Kind.CONNECT and one.network and is_literal(one.program):
            single = one.network.endswith(("/32", "/128"))
            peers[unquote(one.program), one.ports] += 1 if single else KNOWN_PEERS
    return State(
        addresses_of(scene.networks), {key: count for key, count in peers.items() if count >= KNOWN_PEERS}
    )


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """One more machine."""
    address = event.address
    if address is None or not address.port or event.name or address.family == "unix":
        return state, ()
    place = place_of(address.host)
    if place is not Place.PRIVATE and not (place is Place.OUTSIDE and state.networks.find(address.host)):
        return state, ()
    if (event.program, str(address.port)) in state.meshes:
        return state, ()
    key = (event.program, address.port)
    counts, recent = WINDOW.add(state.counts, key, address.host, event)
    in_a_row = len(recent) >= IN_A_ROW and _neighbours(recent) >= len(recent) // 2
    if not in_a_row and len(recent) < ANYHOW:
        return replace(state, counts=counts), ()
    name = program_name(event.program) or "an unknown program"
    hit = Hit(
        event=event,
        what=f"{name} tried port {address.port} of {len(recent)} machines of its own network within a minute",
        earlier=recent.seqs,
        confidence=Confidence.HIGH if in_a_row else None,
        facts={"port": str(address.port), "hosts": " ".join(map(str, recent.things))},
    )
    return replace(state, counts=WINDOW.tell(counts, key, event)), (hit,)


def _neighbours(recent: Recent) -> int:
    """How many have the next number of another."""
    numbers = sorted(int(address) for host in recent.things if (address := address_of(str(host))))
    return sum(after - before == 1 for before, after in pairwise(numbers))


DETECTOR = Detector(
    id="internal-sweep",
    title="One port of many machines of the own network",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    attack=("T1018", "T1046"),
    falco=("Network Connection outside Local Subnet", "Launch Suspicious Network Tool in Container"),
    guardduty=("Discovery/SuspiciousCommand", "Execution/SuspiciousTool"),
    explanation=(
        "Who has got into one task looks for the next machine: the same port, one address after the other. "
        "Applications find their peers by name, and have few."
    ),
    false_positives=(
        "Monitoring that collects from every machine, nodes of large clusters that keep each other's "
        "addresses: with three such peers in the model the program is known for it."
    ),
    advice=(
        "Isolate the task by its security group. The machines that answered are named in VPC flow logs: "
        "look at them next. Ask whether the task needs to reach them at all."
    ),
    kinds=frozenset({Kind.CONNECT}),
    begin=begin,
    step=step,
)
