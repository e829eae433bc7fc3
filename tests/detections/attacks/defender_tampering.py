"""Hands on the defender's volume, socket and processes; and on what is near them."""

import sys
from pathlib import Path

from detections.case import Case
from detections.stand_ins import copies_of_true
from outrider.model.behaviour import Behaviour
from outrider.model.event import Kind
from outrider.model.pattern import quote
from outrider.runtime.detectors.detector import Scene

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

_LISTENER = """
import ctypes, os
number = {"x86_64": 317, "aarch64": 277}[os.uname().machine]
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
{code}
"""
_RIVAL = _LISTENER.replace(
    "{code}", "assert libc.syscall(number, 1, 8, None) == -1  # SECCOMP_FILTER_FLAG_NEW_LISTENER"
)
_SANDBOX = _LISTENER.replace(
    "{code}",
    """
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
allow = ctypes.create_string_buffer((6).to_bytes(4, "little") + (0x7FFF0000).to_bytes(4, "little"))
assert libc.syscall(number, 1, 0, ctypes.byref(Program(1, ctypes.addressof(allow)))) == 0
""",
)
_PYTHON = quote(str(Path(sys.executable).resolve()))
_KNOWN = Scene(known=frozenset({Behaviour(Kind.SYSCALL, _PYTHON, "seccomp_listener")}))

ATTACKS = (
    Case(name="a listener in the supervisor's place", run=_RIVAL, fires=_FIRES),
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

LOOK_ALIKES = (
    Case(name="it is read, and others are killed and removed", run=_NEAR, silent=_FIRES),
    Case(name="a filter without a listener", run=_SANDBOX, silent=_FIRES),
    Case(name="an engine that is known for a listener", run=_RIVAL, scene=_KNOWN, silent=_FIRES),
)
