"""Many different refusals, and one again and again."""

from supervised import policy

from detections.case import Case

_FIRES = ("burst-of-refusals",)

_TRIES = """
import socket, subprocess
for name in ("id", "cat", "ls", "find", "uname", "env", "ps", "df", "who", "hostname"):
    try:
        subprocess.run([f"/usr/bin/{name}"])
    except OSError:
        pass
"""
_FEW_BUT_OFTEN = """
import socket
for _ in range(30):
    for port in (1, 2, 3, 4):
        try:
            socket.create_connection(("127.0.0.1", port))
        except OSError:
            pass
"""
_AGAIN = """
import socket
for _ in range(200):
    for port in (1, 2):
        try:
            socket.create_connection(("127.0.0.1", port))
        except OSError:
            pass
"""


def _refuses() -> bytes:
    """Nothing may connect or be started, beside the interpreter that the test runs in."""
    return policy(
        "block", {"kind": "exec", "target": "**/python*"}, report=True, exec="block", connect="block"
    )


ATTACKS = (
    Case(name="ten programs are tried", run=_TRIES, policy=_refuses, fires=_FIRES),
    Case(name="four ports are tried thirty times each", run=_FEW_BUT_OFTEN, policy=_refuses, fires=_FIRES),
)

LOOK_ALIKES = (
    Case(name="a service that lacks two rules", run=_AGAIN, policy=_refuses, silent=_FIRES),
    Case(name="the same acts, allowed", run=_TRIES, silent=_FIRES),
)
