"""Somebody that others already know to be bad."""

from dataclasses import dataclass, replace

from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.lists import Addresses, Names, addresses_in, names_in
from outrider.runtime.detectors.paths import shown
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Window

ONCE = Window(span_ns=SECOND, most=1)


@dataclass(frozen=True, slots=True)
class State:
    """What is looked up, and what was told."""

    addresses: Addresses
    names: Names
    told: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """The lists of a scene."""
    return State(addresses_in(scene, "bad-addresses"), names_in(scene, "bad-names"))


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """A peer or a name that is on a list."""
    entry = state.names.find(event.target if event.kind is Kind.RESOLVE else event.name)
    if not entry and event.kind is Kind.CONNECT and event.address is not None:
        entry = state.addresses.find(event.address.host)
    if not entry:
        return state, ()
    key = (event.kind, event.program, entry)
    told, recent = ONCE.add(state.told, key, 0, event)
    if not recent:
        return state, ()
    name = program_name(event.program) or "a program"
    did = "looked up" if event.kind is Kind.RESOLVE else "connected to"
    peer = event.address.host if event.address and event.kind is Kind.CONNECT else event.target
    hit = Hit(
        event=event,
        what=f"{name} {did} {shown(peer or entry)}, which is on the list of bad ones as {shown(entry)}",
        facts={"entry": shown(entry), "peer": shown(peer)},
    )
    return replace(state, told=ONCE.tell(told, key, event)), (hit,)


DETECTOR = Detector(
    id="known-bad-address",
    title="A peer that is on a list of bad ones",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1071",),
    falco=("Outbound Connection to C2 Servers",),
    guardduty=("Trojan/DropPoint", "Trojan/BlackholeTraffic", "Impact/MaliciousDomainRequest.Reputation"),
    explanation=(
        "Addresses and names that threat intelligence lists: command and control, drop points. The lists "
        "bad-addresses and bad-names are data; built in there are none, because they change by the hour."
    ),
    false_positives=(
        "Old entries: an address of a cloud has another tenant tomorrow. It tells also where a policy "
        "allows the connection, because a policy may be older than the list."
    ),
    advice=(
        "See what the source of the list says of the entry. Isolate the task, keep its flight record, look "
        "at what was sent, and search the other tasks for the same peer."
    ),
    kinds=frozenset({Kind.CONNECT, Kind.RESOLVE}),
    begin=begin,
    step=step,
    even_if_allowed=True,
)
