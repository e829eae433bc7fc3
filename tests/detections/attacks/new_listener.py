"""A port that was not there, and ports that are nobody's door."""

import sys
from pathlib import Path

from detections.case import Case
from outrider.model.behaviour import Behaviour
from outrider.model.event import Kind
from outrider.model.pattern import quote
from outrider.runtime.detectors.detector import Scene

_PYTHON = quote(str(Path(sys.executable).resolve()))


def _scene(port: str) -> Scene:
    return Scene(known=frozenset({Behaviour(Kind.BIND, _PYTHON, "", "inet", "tcp", "0.0.0.0/0", port)}))


_LISTEN = """
import socket
with socket.socket() as door:
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    door.bind(("0.0.0.0", 14447))
"""
_NOT_FOR_OTHERS = """
import socket
socket.create_server(("127.0.0.1", 14448), reuse_port=True).close()
socket.create_server(("0.0.0.0", 0)).close()
with socket.socket(type=socket.SOCK_DGRAM) as client:
    client.bind(("0.0.0.0", 14449))
"""
_BUSYBOX = """
import socket, subprocess
try:
    subprocess.run(["/usr/bin/busybox", "nc", "-l", "-p", "14446"], stdin=subprocess.DEVNULL, timeout=0.3)
except subprocess.TimeoutExpired:
    pass
"""

ATTACKS = (
    Case(name="another port", run=_LISTEN, scene=_scene("8080"), fires=("new-listener",)),
    Case(name="netcat, nothing known", run=_BUSYBOX, needs=("busybox",), fires=("new-listener",)),
)

LOOK_ALIKES = (
    Case(name="the port it always had", run=_LISTEN, scene=_scene("14447"), silent=("new-listener",)),
    Case(name="the first time, nothing known", run=_LISTEN, silent=("new-listener",)),
    Case(
        name="loopback, a port by chance, a client of UDP",
        run=_NOT_FOR_OTHERS,
        scene=_scene("8080"),
        silent=("new-listener",),
    ),
)
