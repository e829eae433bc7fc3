"""Somebody else's money is made with this processor."""

import re
from collections.abc import Set
from dataclasses import dataclass, replace

from outrider.model.behaviour import Behaviour
from outrider.model.detection import Confidence
from outrider.model.event import Event, Kind
from outrider.model.finding import Severity
from outrider.runtime.detectors.detector import SECOND, Detector, Hit, Scene
from outrider.runtime.detectors.known import is_known
from outrider.runtime.detectors.lists import STRATUM_PORTS, Addresses, Names, addresses_in, names_in
from outrider.runtime.detectors.networks import Place, place_of
from outrider.runtime.detectors.paths import shown
from outrider.runtime.detectors.programs import is_shell, program_name
from outrider.runtime.detectors.recent import NOTHING_COUNTED, Counts, Window

MINERS = frozenset(
    {
        "bfgminer",
        "ccminer",
        "cgminer",
        "cpuminer",
        "cpuminer-multi",
        "ethminer",
        "kdevtmpfsi",
        "kinsing",
        "lolminer",
        "minerd",
        "nanominer",
        "nbminer",
        "phoenixminer",
        "sgminer",
        "srbminer-multi",
        "teamredminer",
        "xmr-stak",
        "xmr-stak-rx",
        "xmrig",
        "xmrig-notls",
    }
)
"""Names of miners, and of two families of malware that bring one. Whoever hides it calls it otherwise."""

READERS = frozenset(
    {
        "[", "awk", "cat", "echo", "egrep", "expr", "fgrep", "gawk", "grep", "head", "less", "logger", "mawk",
        "more", "nano", "printf", "rg", "sed", "test", "vi", "vim.basic", "vim.tiny",
    }
)  # fmt: skip
"""Programs that have such words in their arguments because they print them or look for them."""

_POOL_URL = re.compile(r"(?:^|=|^-o)(?:stratum[12]?(?:\+(?:tcp|udp|ssl|tls))?|daemon\+https?)://", re.I)
_OPTION = re.compile(
    r"--(?:donate-level|randomx-(?:mode|init|1gb-pages|no-numa|wrmsr|no-rdmsr)|nicehash)(?:=|$)"
)
_ALGORITHM = re.compile(
    r"(?:rx|cn|cn-lite|cn-heavy|cn-pico|argon2|ghostrider|gr|kawpow|panthera)(?:/[a-z0-9-]+)?", re.I
)
_ALGORITHM_OPTION = re.compile(r"(?:-a|--algo|--coin)(?:=(.*))?$", re.S)

ONCE = Window(span_ns=SECOND, most=1)


@dataclass(frozen=True, slots=True)
class State:
    """What is looked up, and which pools were told."""

    known: Set[Behaviour]
    pools: Names
    addresses: Addresses
    told: Counts = NOTHING_COUNTED


def begin(scene: Scene) -> State:
    """The lists of a scene."""
    pools, addresses = names_in(scene, "mining-pools"), addresses_in(scene, "mining-addresses")
    return State(scene.known, pools, addresses)


def step(state: State, event: Event) -> tuple[State, tuple[Hit, ...]]:
    """A miner that starts, or one that asks for work."""
    if event.kind is Kind.EXEC:
        return state, _started(event)
    pool = state.pools.find(event.target if event.kind is Kind.RESOLVE else event.name)
    if not pool and event.address is not None and event.kind is Kind.CONNECT:
        pool = state.addresses.find(event.address.host)
    if pool:
        told, recent = ONCE.add(state.told, (event.kind, event.program, pool), 0, event)
        if not recent:
            return state, ()
        state = replace(state, told=ONCE.tell(told, (event.kind, event.program, pool), event))
        did = "the name was looked up of" if event.kind is Kind.RESOLVE else "there was a connection to"
        return state, (Hit(event=event, what=f"{did} a mining pool, {shown(pool)}", facts={"pool": pool}),)
    return state, _by_port(state, event)


def _started(event: Event) -> tuple[Hit, ...]:
    """What is started, by its name and its arguments."""
    name = program_name(event.target)
    if name.lower() in MINERS:
        return (Hit(event=event, what=f"{name}, a miner by its name, was started"),)
    if name in READERS or is_shell(name):
        return ()
    for place, word in enumerate(event.argv[1:], start=1):
        following = event.argv[place + 1] if place + 1 < len(event.argv) else ""
        if _POOL_URL.search(word) or _OPTION.match(word) or _names_algorithm(word, following):
            what = f"{shown(name)} was started with the arguments of a miner: {shown(word)}"
            return (Hit(event=event, what=what.rstrip("."), facts={"argument": shown(word)}),)
    return ()


def _names_algorithm(word: str, following: str) -> bool:
    """Whether an option says what to compute, as in `-a rx/0`."""
    option = _ALGORITHM_OPTION.match(word)
    value = "" if option is None else option.group(1) or following
    return "/" in value and _ALGORITHM.fullmatch(value) is not None


def _by_port(state: State, event: Event) -> tuple[Hit, ...]:
    """A port that pools have, far away, that the container is not known for. By itself it says little."""
    address = event.address
    if event.kind is not Kind.CONNECT or address is None or address.port not in STRATUM_PORTS:
        return ()
    if (
        address.protocol == "udp"
        or place_of(address.host) is not Place.OUTSIDE
        or is_known(state.known, event)
    ):
        return ()
    what = f"there was a connection to port {address.port}, which mining pools have"
    peer = f"{address.host}:{address.port}"
    return (
        Hit(
            event=event, what=what, facts={"peer": peer}, severity=Severity.MEDIUM, confidence=Confidence.LOW
        ),
    )


DETECTOR = Detector(
    id="crypto-miner",
    title="A miner of cryptocurrency",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    attack=("T1496", "T1496.001"),
    falco=(
        "Detect crypto miners using the Stratum protocol",
        "Detect outbound connections to common miner pool ports",
    ),
    guardduty=("Impact/CryptoMinerExecuted", "CryptoCurrency/BitcoinTool.B"),
    explanation=(
        "It looks for what a miner cannot do without: a pool to get work from, by its name, its address or "
        "a stratum URL on a command line; and for options and names of common miners. A port alone, far "
        "away and never seen before, is told with low confidence."
    ),
    false_positives=(
        "Programs whose business is mining: monitoring of pools, wallets, price services that ask a pool's "
        "interface. A policy rule for them makes it silent."
    ),
    advice=(
        "Stop the task: it costs money by the second. Find how the program came in, which is the real hole,"
        " and turn the task's credentials: whoever installs miners sells access too."
    ),
    kinds=frozenset({Kind.EXEC, Kind.CONNECT, Kind.RESOLVE}),
    begin=begin,
    step=step,
)
