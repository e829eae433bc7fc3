"""Hands on the defender's volume, socket and processes; and on what is near them."""

from detections.case import Case
from detections.stand_ins import copies_of_true

_FIRES = ("defender-tampering",)

_VOLUME = """
import os, signal, socket, subprocess, sys
volume = os.path.join(os.path.dirname(sys.argv[1]), "volume")
"""
_POLICY = _VOLUME + 'open(os.path.join(volume, "policy", "app.policy"), "r+b").close()\n'
_SOCKET = (
    _VOLUME
    + """
agent = socket.socket(socket.AF_UNIX)
try:
    agent.connect(os.path.join(volume, "run", "agent.sock"))
except PermissionError:
    pass  # as it should be
agent.close()
"""
)
_REMOVES = _VOLUME + 'subprocess.run(["rm", "-rf", os.path.join(volume, "spool")], check=True)\n'
_SIGNAL = (
    _VOLUME
    + """
for name in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{name}/cmdline", "rb") as file:
            if b"--dir\\0" + volume.encode() in file.read():
                signal.pidfd_send_signal(os.open(f"/proc/{name}", os.O_DIRECTORY), 0)
    except OSError:
        pass
"""
)

_NEAR = (
    _VOLUME
    + """
assert os.listdir(volume)
open(os.path.join(volume, "policy", "app.policy"), "rb").close()
other = volume + "-of-mine"
os.mkdir(other)
with open(os.path.join(other, "outrider"), "w") as out:
    out.write("1")
subprocess.run(["rm", "-rf", other], check=True)
child = subprocess.Popen(["sleep", "9"])
child.kill()
child.wait()
"""
)

ATTACKS = (
    Case(name="the policy is opened for writing", run=_POLICY, fires=_FIRES),
    Case(name="somebody talks to the agent", run=_SOCKET, fires=_FIRES),
    Case(name="the supervisor is sent a signal", run=_SIGNAL, fires=_FIRES),
    Case(name="rm -rf in the defender's volume", run=_REMOVES, fires=_FIRES),
    Case(
        name="pkill outrider-run (a copy of true)",
        run=("sh", "-c", "{place}/pkill -9 outrider-run; true"),
        prepare=copies_of_true("pkill"),
        fires=_FIRES,
    ),
)

LOOK_ALIKES = (Case(name="it is read, and others are killed and removed", run=_NEAR, silent=_FIRES),)
