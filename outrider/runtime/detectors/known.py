"""What a container is known for: detectors that would fire at it are silent."""

import ipaddress
from collections import defaultdict
from collections.abc import Mapping, Set
from functools import lru_cache

from outrider.model.behaviour import Behaviour
from outrider.model.event import Event, Kind
from outrider.model.pattern import is_literal, matches, quote
from outrider.runtime.behaviours import behaviour_of
from outrider.runtime.detectors.networks import address_of

MOST_MODELS = 64
"""Models whose order is remembered: one for each life that is watched at once."""

_ANY = ""
"""In the place of the program, for those that are patterns."""


def is_known(known: Set[Behaviour], event: Event) -> bool:
    """Whether its model has what an event shows: just that, or a pattern, a network, a name that it fits."""
    if not known or event.kind is None:
        return False
    if behaviour_of(event) in known:
        return True
    order = _in_order(frozenset(known))
    by_program = order.get((event.kind, quote(event.program)), ())
    return any(_fits(one, event) for one in (*by_program, *order.get((event.kind, _ANY), ())))


@lru_cache(maxsize=MOST_MODELS)
def _in_order(known: frozenset[Behaviour]) -> Mapping[tuple[Kind, str], tuple[Behaviour, ...]]:
    """Kind and program → behaviours that an event of theirs may fit."""
    found: defaultdict[tuple[Kind, str], list[Behaviour]] = defaultdict(list)
    for one in sorted(known):
        found[one.kind, one.program if is_literal(one.program) else _ANY].append(one)
    return {key: tuple(those) for key, those in found.items()}


def _fits(one: Behaviour, event: Event) -> bool:
    """Whether an event of its kind is an instance of a behaviour."""
    if not is_literal(one.program) and not _matches(one.program, event.program):
        return False
    if one.kind is Kind.RESOLVE:
        return _matches(one.name, event.target.lower().removesuffix("."))
    if one.kind in (Kind.CONNECT, Kind.BIND):
        return _has_address(one, event)
    return _matches(one.target, event.target)


def _has_address(one: Behaviour, event: Event) -> bool:
    """Whether the peer, or what is bound, is one of a behaviour."""
    address = event.address
    if address is None or one.family == "unix" or address.family == "unix":
        both = one.family == "unix" and (address is None or address.family == "unix")
        return both and _matches(one.target, address.host if address else event.target)
    if one.protocol not in (address.protocol, "any") or not _has_port(one.ports, address.port):
        return False
    if one.name:
        return bool(event.name) and _matches(one.name, event.name.lower().removesuffix("."))
    host = address_of(address.host)
    network = _network(one.network)
    if host is None or network is None:
        return False
    # who listens on all addresses of one family does so in the other where the network has it
    return host in network or (one.kind is Kind.BIND and network.prefixlen == 0)


def _matches(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern. A byte that was not UTF-8 fits `?`, which it was made into."""
    return bool(pattern) and matches(pattern.encode(errors="replace"), text.encode(errors="replace"))


def _has_port(ports: str, port: int) -> bool:
    """Whether a port is one of `443` or `32768-65535`."""
    first, _, last = ports.partition("-")
    return first.isdecimal() and (last or first).isdecimal() and int(first) <= port <= int(last or first)


@lru_cache(maxsize=4096)
def _network(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A network of a model."""
    try:
        return ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return None
