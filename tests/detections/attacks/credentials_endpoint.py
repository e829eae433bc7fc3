"""Who asks for the task's credentials: the SDK in the application, or somebody with curl."""

import sys
from pathlib import Path

from detections.case import Case
from outrider.model.behaviour import Behaviour
from outrider.model.event import Kind
from outrider.model.pattern import quote
from outrider.runtime.detectors.detector import Scene

_PYTHON = quote(str(Path(sys.executable).resolve()))
_SDK = Behaviour(Kind.CONNECT, _PYTHON, "", "inet", "tcp", "169.254.170.2/32", "80")
_OTHER = Behaviour(Kind.CONNECT, _PYTHON, "", "inet", "tcp", "10.0.0.7/32", "443")

_ASK = """
import socket
with socket.socket() as endpoint:
    endpoint.setblocking(False)
    endpoint.connect_ex(("169.254.170.2", 80))
"""
_CURL = (
    "/usr/bin/curl",
    "-s",
    "-m",
    "0.1",
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
)

ATTACKS = (
    Case(
        name="curl asks, in a container nothing is known of",
        run=_CURL,
        needs=("curl",),
        fires=("credentials-endpoint",),
        status=None,
    ),
    Case(
        name="a program asks that never did",
        run=_ASK,
        scene=Scene(known=frozenset({_OTHER})),
        fires=("credentials-endpoint",),
    ),
)

LOOK_ALIKES = (
    Case(
        name="the SDK asks, as always",
        run=_ASK,
        scene=Scene(known=frozenset({_SDK, _OTHER})),
        silent=("credentials-endpoint",),
    ),
    Case(name="the application asks while it is learned", run=_ASK, silent=("credentials-endpoint",)),
    Case(
        name="curl asks its neighbour on another link-local address",
        run=("/usr/bin/curl", "-s", "-m", "0.1", "http://169.254.171.9/"),
        needs=("curl",),
        silent=("credentials-endpoint",),
        status=None,
    ),
)
