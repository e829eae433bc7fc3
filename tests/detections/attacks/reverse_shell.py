"""A shell that a socket talks to, and shells that others talk to."""

from detections.case import Case

_ATTACK = """
import os, socket, subprocess
server = socket.create_server(("127.0.0.1", 0))
mine = socket.create_connection(server.getsockname())
theirs, _ = server.accept()
shell = subprocess.Popen(["/bin/sh", "-i"], stdin=mine, stdout=mine, stderr=mine)
theirs.sendall(b"echo got-$((40 + 2))\\nexit\\n")
said = b""
while piece := theirs.recv(4096):
    said += piece
    if b"got-42" in said:
        break
else:
    raise SystemExit("no shell answered")
theirs.close()
"""

_PIPE = """
import subprocess
shell = subprocess.run(["/bin/sh"], input=b"echo hello", stdout=subprocess.PIPE)
raise SystemExit(shell.stdout != b"hello\\n")
"""

ATTACKS = (Case(name="a shell on a TCP connection", run=_ATTACK, fires=("reverse-shell",)),)

LOOK_ALIKES = (
    Case(
        name="Node runs a command: its pipes are sockets",
        run=(
            "node",
            "-e",
            "require('child_process').exec('cat; ls /', e => process.exit(e ? 1 : 0)).stdin.end()",
        ),
        needs=("node",),
        silent=("reverse-shell",),
    ),
    Case(name="a shell that reads a pipe", run=_PIPE, silent=("reverse-shell",)),
    Case(name="a shell with a command", run=("/bin/sh", "-c", "true"), silent=("reverse-shell",)),
)
