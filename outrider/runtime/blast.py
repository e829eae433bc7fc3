"""What an act reaches beyond its container: credentials, and addresses outside."""

import re
from functools import lru_cache
from ipaddress import ip_address, ip_network

from outrider.model.event import Event, Kind

CREDENTIALS_HOSTS = frozenset(
    {"169.254.170.2", "169.254.170.23", "169.254.169.254", "fd00:ec2::254", "fd00:ec2::23"}
)
"""Who gives AWS credentials to whoever asks: of the task, of a pod, of the machine."""
CREDENTIALS_FILE = re.compile(
    r"/proc/[^/]+/environ|/\.aws/credentials|/run/secrets/|/\.ssh/id_|/etc/shadow|/\.docker/config\.json"
    r"|/\.kube/config|/\.netrc\Z|/\.pgpass\Z"
)
"""Where credentials lie in files."""
_PRIVATE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "0.0.0.0/8", "fc00::/7")
)
"""Networks that are somebody's own: RFC 1918, 6598, 4193, and what stands for "here"."""
_CONNECTED = frozenset({0, 115})
"""errno: none, or EINPROGRESS of a descriptor that does not wait."""


def touches_credentials(event: Event) -> bool:
    """Whether it reaches where credentials are given away or lie."""
    if event.kind is Kind.CONNECT:
        return event.address is not None and event.address.host in CREDENTIALS_HOSTS
    if event.kind in (Kind.READ, Kind.WRITE):
        return bool(CREDENTIALS_FILE.search(event.target))
    return False


def leaves_the_task(event: Event) -> bool:
    """Whether it is a connection to an address that anybody may have."""
    if event.kind is not Kind.CONNECT or event.address is None or event.errno not in _CONNECTED:
        return False
    return event.address.family in ("inet", "inet6") and is_outside(event.address.host)


@lru_cache(maxsize=1024)
def is_outside(host: str) -> bool:
    """Whether an address is none of a private, local or reserved network."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    inside = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    return not inside and not any(address in network for network in _PRIVATE)
