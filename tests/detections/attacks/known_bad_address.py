"""A peer on a list, and its neighbour."""

from detections.case import Case
from outrider.runtime.detectors.detector import Scene

_CONNECT = """
import socket
for host in ({hosts}):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as peer:
        peer.setblocking(False)
        peer.connect_ex((host, 443))
"""
_SCENE = Scene(lists={"bad-addresses": frozenset({"192.0.2.64/26", "198.51.100.7/32"})})

ATTACKS = (
    Case(
        name="in a network on the list",
        run=_CONNECT.replace("{hosts}", "'192.0.2.70',"),
        scene=_SCENE,
        fires=("known-bad-address",),
    ),
    Case(
        name="in the clothes of IPv6",
        run=_CONNECT.replace("{hosts}", "'::ffff:198.51.100.7',"),
        scene=_SCENE,
        fires=("known-bad-address",),
    ),
)

LOOK_ALIKES = (
    Case(
        name="the neighbours of both",
        run=_CONNECT.replace("{hosts}", "'192.0.2.63', '198.51.100.8', '::ffff:192.0.2.128'"),
        scene=_SCENE,
        silent=("known-bad-address",),
    ),
)
