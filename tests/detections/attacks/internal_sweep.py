"""One port of many machines, and nodes of a cluster."""

import sys
from pathlib import Path

from detections.case import Case
from outrider.model.behaviour import Behaviour
from outrider.model.event import Kind
from outrider.model.pattern import quote
from outrider.runtime.detectors.detector import Scene

_TRY = """
import socket
def attempt(host, port):
    with socket.socket() as peer:
        peer.setblocking(False)
        peer.connect_ex((host, port))
"""

_SWEEP = _TRY + "for last in range(1, 30): attempt(f'10.255.255.{last}', 22)\n"
_SPREAD = _TRY + "for last in range(1, 50): attempt(f'172.31.{last}.{(last * 7) % 250}', 445)\n"
_OWN = _TRY + "for last in range(1, 30): attempt(f'198.51.100.{last}', 22)\n"
_CLUSTER = _TRY + "for node in range(20): attempt(f'10.255.{node}.{node * 11}', 6379)\n"
_FEW = _TRY + "for last in range(1, 10): attempt(f'10.255.255.{last}', 9042)\n"

_PYTHON = quote(str(Path(sys.executable).resolve()))
_MONITORED = frozenset(
    Behaviour(Kind.CONNECT, _PYTHON, "", "inet", "tcp", f"10.0.0.{last}/32", "22") for last in range(1, 5)
)

ATTACKS = (
    Case(name="one address after the other", run=_SWEEP, fires=("internal-sweep",)),
    Case(name="many, here and there", run=_SPREAD, fires=("internal-sweep",)),
    Case(
        name="the task's own network, which is no private one",
        run=_OWN,
        scene=Scene(networks=("198.51.100.0/24",)),
        fires=("internal-sweep",),
    ),
)

LOOK_ALIKES = (
    Case(name="twenty nodes of a cluster", run=_CLUSTER, silent=("internal-sweep", "port-scan")),
    Case(name="nine neighbours", run=_FEW, silent=("internal-sweep",)),
    Case(
        name="monitoring that is known to ask every machine",
        run=_SWEEP,
        scene=Scene(known=_MONITORED),
        silent=("internal-sweep",),
    ),
)
