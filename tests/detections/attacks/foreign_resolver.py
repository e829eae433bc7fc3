"""Whose name server is asked."""

from detections.case import Case
from outrider.runtime.detectors.detector import Scene

_UDP = """
import socket
with socket.socket(type=socket.SOCK_DGRAM) as question:
    try:
        question.sendto(b"?", ("{host}", 53))
    except OSError:
        pass
"""
_TLS = """
import socket
with socket.socket() as question:
    question.setblocking(False)
    question.connect_ex(("192.0.2.53", 853))
"""
_SCENE = Scene(resolvers=("10.255.0.2",), networks=("10.254.0.0/16",))

ATTACKS = (
    Case(
        name="a datagram to a name server outside",
        run=_UDP.replace("{host}", "192.0.2.53"),
        scene=_SCENE,
        fires=("foreign-resolver",),
    ),
    Case(
        name="a name server inside that is not its own",
        run=_UDP.replace("{host}", "10.255.0.77"),
        scene=_SCENE,
        fires=("foreign-resolver",),
    ),
    Case(name="DNS over TLS, nothing known", run=_TLS, fires=("foreign-resolver",)),
)

LOOK_ALIKES = (
    Case(
        name="its own name server",
        run=_UDP.replace("{host}", "10.255.0.2"),
        scene=_SCENE,
        silent=("foreign-resolver",),
    ),
    Case(
        name="the VPC's name server",
        run=_UDP.replace("{host}", "10.254.0.2"),
        scene=_SCENE,
        silent=("foreign-resolver",),
    ),
    Case(
        name="a name server inside, where nothing is known",
        run=_UDP.replace("{host}", "10.255.0.2"),
        silent=("foreign-resolver",),
    ),
)
