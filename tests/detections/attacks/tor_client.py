"""Tor, and programs on ports like those of Tor."""

from detections.case import Case
from outrider.runtime.detectors.detector import Scene

_ONION = "http://" + "a2" * 28 + ".onion/"
_CONNECT = """
import socket
with socket.socket() as peer:
    peer.setblocking(False)
    peer.connect_ex(("{host}", {port}))
"""


def _to(host: str, port: int) -> str:
    return _CONNECT.replace("{host}", host).replace("{port}", str(port))


ATTACKS = (
    Case(
        name="curl is given an onion address",
        run=("/usr/bin/curl", "-s", "-m", "1", "--resolve", "*:80:127.0.0.1", _ONION),
        needs=("curl",),
        fires=("tor-client",),
        status=None,
    ),
    Case(name="where Tor listens", run=_to("127.0.0.1", 9050), fires=("tor-client",)),
    Case(
        name="a relay by the list",
        run=_to("192.0.2.9", 443),
        scene=Scene(lists={"tor-addresses": frozenset({"192.0.2.9/32"})}),
        fires=("tor-client",),
    ),
)

LOOK_ALIKES = (
    Case(name="object storage inside on 9001", run=_to("10.255.255.1", 9001), silent=("tor-client",)),
    Case(name="any server outside", run=_to("192.0.2.9", 443), silent=("tor-client", "known-bad-address")),
    Case(
        name="somebody looks for onions in a file",
        run=("/bin/grep", "-c", _ONION, "/etc/passwd"),
        silent=("tor-client",),
        status=1,
    ),
)
