"""What detectors are told of the task beforehand: the name servers that all its containers share."""

from ipaddress import ip_address
from pathlib import Path

from outrider.runtime.detectors.detector import Scene

RESOLV_CONF = Path("/etc/resolv.conf")
LARGEST = 64 << 10
"""Bytes of that file that are read: it has a few lines."""
MOST = 8
"""Name servers: libc asks three."""


def scene(path: Path = RESOLV_CONF) -> Scene:
    """What is known; without the file nothing is."""
    try:
        with path.open("rb") as stream:
            text = stream.read(LARGEST).decode("utf-8", "replace")
    except OSError:
        return Scene()
    return Scene(resolvers=resolvers(text))


def resolvers(text: str) -> tuple[str, ...]:
    """Addresses of the name servers in a resolv.conf(5); what is no address is passed over."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) < 2 or words[0] != "nameserver":
            continue
        try:
            found.append(str(ip_address(words[1].partition("%")[0])))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))[:MOST]
