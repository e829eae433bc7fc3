"""Where an address is, as far as its numbers say."""

import ipaddress
from enum import StrEnum
from functools import lru_cache

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class Place(StrEnum):
    """How far away."""

    NOWHERE = ""
    """No address, or none that a peer has."""
    LOOPBACK = "loopback"
    LINK = "link"
    """Link-local: what a cloud puts beside every machine."""
    PRIVATE = "private"
    """Of no network but somebody's own: RFC 1918, RFC 6598 (VPCs have it too), unique local IPv6."""
    OUTSIDE = "outside"


_PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)


@lru_cache(maxsize=4096)
def address_of(host: str) -> IP | None:
    """An address; of an IPv4 address in IPv6's clothes what it is. None: it is none."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


@lru_cache(maxsize=4096)
def place_of(host: str) -> Place:
    """Where a host is."""
    address = address_of(host)
    if address is None or address.is_unspecified or address.is_multicast:
        return Place.NOWHERE
    if address.is_loopback:
        return Place.LOOPBACK
    if address.is_link_local:
        return Place.LINK
    if any(address in network for network in _PRIVATE if network.version == address.version):
        return Place.PRIVATE
    return Place.OUTSIDE
