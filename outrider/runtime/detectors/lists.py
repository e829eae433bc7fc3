"""Lists of names and addresses that detectors look things up in: built-in ones, and what comes on top.

Built in is only what does not change hands: names of mining pools, ports, suffixes. Which addresses are bad
changes by the hour, so that is data (`lists_document.py`), and without it there are none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network

from outrider.runtime.detectors.detector import Scene
from outrider.runtime.detectors.networks import address_of


class Of(StrEnum):
    """What a list has."""

    NAMES = "names"
    """Host names: `pool.example`, which is itself alone, or `*.pool.example`, all below it."""
    ADDRESSES = "addresses"
    """Addresses and networks in CIDR notation."""


@dataclass(frozen=True, slots=True)
class List:
    """One list that there may be."""

    of: Of
    purpose: str
    built_in: frozenset[str] = frozenset()


def _all_of(*domains: str) -> frozenset[str]:
    """Domains, and all below them."""
    return frozenset(entry for domain in domains for entry in (domain, f"*.{domain}"))


LISTS: Mapping[str, List] = {
    "mining-pools": List(
        Of.NAMES,
        "pools that miners of cryptocurrencies talk to",
        _all_of(
            "2miners.com",
            "antpool.com",
            "c3pool.com",
            "c3pool.org",
            "crypto-pool.fr",
            "dwarfpool.com",
            "ethermine.org",
            "ethpool.org",
            "f2pool.com",
            "flypool.org",
            "hashvault.pro",
            "herominers.com",
            "minergate.com",
            "minexmr.com",
            "miningpoolhub.com",
            "monerohash.com",
            "moneroocean.stream",
            "moneropool.com",
            "nanopool.org",
            "nicehash.com",
            "p2pool.io",
            "prohashing.com",
            "slushpool.com",
            "supportxmr.com",
            "unmineable.com",
            "viabtc.com",
            "xmrpool.eu",
            "xmrpool.net",
            "zergpool.com",
            "zpool.ca",
        )
        | {"donate.v2.xmrig.com", "donate.ssl.xmrig.com", "stratum.braiins.com", "*.stratum.braiins.com"},
    ),
    "mining-addresses": List(Of.ADDRESSES, "pools that are known by their address"),
    "tor-names": List(Of.NAMES, "names that only Tor resolves, or that it is had from", _all_of("onion")),
    "tor-addresses": List(Of.ADDRESSES, "relays of Tor, as its consensus lists them"),
    "bad-names": List(Of.NAMES, "names of command and control, drop points and the like"),
    "bad-addresses": List(Of.ADDRESSES, "addresses likewise"),
    "resolvers": List(Of.ADDRESSES, "name servers that may be asked, beside those of /etc/resolv.conf"),
    "tunnel-free-names": List(
        Of.NAMES,
        "domains with many long names below them that carry nothing: whoever is in the container cannot read "
        "what their name servers are asked",
        _all_of(
            "akamaiedge.net",
            "akadns.net",
            "amazonaws.com",
            "api.aws",
            "aws.dev",
            "cloudfront.net",
            "awsglobalaccelerator.com",
            "compute.internal",
            "in-addr.arpa",
            "ip6.arpa",
            "cluster.local",
            "on.aws",
        ),
    ),
}
"""All lists. A detector asks for one by its name; a document may add to these and to no others."""

STRATUM_PORTS = frozenset({3333, 3334, 3335, 3336, 3357, 14433, 14444, 45560, 45700})
"""Ports of pools that are hardly anything else's: those of Falco's list without 25, 8080 and the like."""

TOR_RELAY_PORTS = frozenset({9001, 9030})
"""ORPort and DirPort of a relay, as the Tor project's examples have them."""

TOR_SOCKS_PORTS = frozenset({9050, 9150})
"""SocksPort of the daemon and of the browser, on loopback."""


@dataclass(frozen=True, slots=True)
class Names:
    """Host names to look up; the cost is that of the labels of what is looked up, not of the list."""

    entries: frozenset[str]

    def find(self, name: str) -> str:
        """The entry that a name is of; empty when there is none."""
        if not self.entries:
            return ""
        name = name.lower().removesuffix(".")
        if not name or len(name) > LONGEST_NAME:
            return ""
        if name in self.entries:
            return name
        at = name.find(".")
        while at >= 0:
            wild = f"*{name[at:]}"
            if wild in self.entries:
                return wild
            at = name.find(".", at + 1)
        return ""


LONGEST_NAME = 1024
"""Characters of a name that is looked up: 255 bytes on the wire, four characters for one that is escaped."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Networks to look addresses up in: one lookup for each length of a prefix that the list has."""

    networks: Mapping[tuple[int, int], frozenset[int]]
    """(Version, shift from the right) → networks without the bits that were shifted out."""

    def find(self, host: str) -> str:
        """The smallest entry that an address is in, as CIDR; empty when there is none."""
        address = address_of(host) if self.networks else None
        if address is None:
            return ""
        for (version, shift), bases in self.networks.items():
            if version == address.version and int(address) >> shift in bases:
                network = IPv4Network if version == 4 else IPv6Network
                return str(network((int(address) >> shift << shift, address.max_prefixlen - shift)))
        return ""


def addresses_of(entries: Iterable[str]) -> Addresses:
    """Addresses and networks, ready to be looked up. What is neither is passed over."""
    found: dict[tuple[int, int], set[int]] = {}
    for entry in entries:
        try:
            network = ip_network(entry, strict=False)
        except ValueError:
            continue
        shift = network.max_prefixlen - network.prefixlen
        found.setdefault((network.version, shift), set()).add(int(network.network_address) >> shift)
    return Addresses({key: frozenset(found[key]) for key in sorted(found)})


def names_in(scene: Scene, name: str) -> Names:
    """A list of names with what a scene adds to it."""
    return Names(LISTS[name].built_in | scene.lists.get(name, frozenset()))


def addresses_in(scene: Scene, name: str) -> Addresses:
    """A list of addresses likewise."""
    return addresses_of(LISTS[name].built_in | scene.lists.get(name, frozenset()))
