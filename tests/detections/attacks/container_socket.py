"""The container engine's socket, and others."""

from detections.case import Case

_CONNECT = """
import os, socket, sys
os.chdir(sys.argv[1])
with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
    server.bind("{name}")
    server.listen()
    client.connect("{name}")
"""

ATTACKS = (
    Case(
        name="Docker, mounted somewhere",
        run=_CONNECT.replace("{name}", "docker.sock"),
        fires=("container-socket",),
    ),
    Case(
        name="containerd",
        run=_CONNECT.replace("{name}", "containerd.sock"),
        fires=("container-socket",),
    ),
)

LOOK_ALIKES = (
    Case(
        name="a server of its own",
        run=_CONNECT.replace("{name}", "gunicorn.sock"),
        silent=("container-socket",),
    ),
)
