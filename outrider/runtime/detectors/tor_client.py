"""Tor: somebody does not want to be known at the other end."""

import re
from dataclasses import dataclass, replace

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.crypto_miner import READERS
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.lists import (
    TOR_RELAY_PORTS,
    TOR_SOCKS_PORTS,
    Addresses,
    Names,
    addresses_in,
    names_in,
)
from outrider.runtime.detectors.networks import Place, place_of
from outrider.runtime.detectors.paths import shown
from outrider.runtime.detectors.programs import program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Window

PROGRAMS = frozenset(
    {"arti", "lyrebird", "meek-client", "obfs4proxy", "snowflake-client", "tor", "torify", "torsocks"}
)
"""The daemon, its transports, and what sends another program through it."""

_ONION = re.compile(r"(?:^|[/.@=])[a-z2-7]{56}\.onion(?:$|[:/?#])", re.I)
"""Address of an onion service, version 3: 56 characters of base32."""

ONCE = Window(span_ns=SECOND, most=1)


@dataclass(frozen=True, slots=True)
class State:
    """What is looked up, what is known, and what was told."""

    names: Names
    relays: Addresses
    known: frozenset[Behaviour]
    told: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """The lists of a scene."""
    return State(names_in(scene, "tor-names"), addresses_in(scene, "tor-addresses"), scene.known)


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """Tor itself, a name of its own, a relay, or a port of one."""
    what, confidence = _started(event) if event.kind is Kind.EXEC else _reached(state, event)
    if not what or is_known(state.known, event):
        return state, ()
    key = (event.program, what[:200])
    told, recent = ONCE.add(state.told, key, 0, event)
    if not recent:
        return state, ()
    return replace(state, told=ONCE.tell(told, key, event)), (
        Hit(event=event, what=what, confidence=confidence),
    )


def _started(event: Event) -> tuple[str, Confidence]:
    """What is started."""
    name = program_name(event.target)
    if name in PROGRAMS:
        return f"{name} was started", Confidence.HIGH
    if name not in READERS and any(_ONION.search(word) for word in event.argv[1:]):
        return f"{shown(name)} was started with the address of an onion service", Confidence.HIGH
    return "", Confidence.LOW


def _reached(state: State, event: Event) -> tuple[str, Confidence]:
    """What is connected to, or looked up."""
    entry = state.names.find(event.target if event.kind is Kind.RESOLVE else event.name)
    if entry:
        return f"a name was looked up that only Tor has, of {shown(entry)}", Confidence.HIGH
    address = event.address
    if event.kind is not Kind.CONNECT or address is None or address.protocol == "udp":
        return "", Confidence.LOW
    if state.relays.find(address.host):
        return f"there was a connection to {address.host}, a relay of Tor", Confidence.HIGH
    place = place_of(address.host)
    if address.port in TOR_RELAY_PORTS and place is Place.OUTSIDE and not event.name:
        return (
            f"there was a connection to port {address.port} of {address.host}, as relays of Tor have",
            Confidence.LOW,
        )
    if address.port in TOR_SOCKS_PORTS and place is Place.LOOPBACK:
        return (
            f"there was a connection to port {address.port} on loopback, where Tor listens",
            Confidence.MEDIUM,
        )
    return "", Confidence.LOW


DETECTOR = Detector(
    id="tor-client",
    title="Tor is used",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1090.003",),
    falco=("Unexpected outbound connection destination",),
    guardduty=("UnauthorizedAccess/TorClient", "UnauthorizedAccess/TorRelay"),
    explanation=(
        "Malware reaches its masters over Tor, so that no address leads to them. It looks for the program, "
        "its ports, names that end in onion, and for relays by the list tor-addresses, which comes as data."
        " A relay's port alone is told with low confidence."
    ),
    false_positives=(
        "Research and services that have an onion address on purpose; programs of other kinds on ports 9001"
        " and 9030 outside. They are learned."
    ),
    advice=(
        "Few applications need it: deny the way out to everything but the names the task needs, and look at"
        " what started the program."
    ),
    kinds=frozenset({Kind.EXEC, Kind.CONNECT, Kind.RESOLVE}),
    begin=begin,
    step=step,
)
