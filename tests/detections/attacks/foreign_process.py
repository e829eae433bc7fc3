"""Processes from outside. That they are is supposed here: telling them apart is tried in tests/native."""

from dataclasses import replace

from detections.case import Case
from detections.stand_ins import seen
from outrider.model.event import Event, Kind
from outrider.runtime.detectors.programs import program_name


def _from_outside(event: Event) -> Event:
    """As if the container runtime had started everything that Python does here."""
    if event.kind is Kind.EXEC and program_name(event.program).startswith("python"):
        return replace(event, traits=(*event.traits, "foreign"), ppid=0, program="", ancestors=())
    return event


_SESSION = """
import os, pty
child, terminal = pty.fork()
if child == 0:
    os.execv("/bin/sh", ["sh", "-c", "cat /dev/null; true"])
os.waitpid(child, 0)
"""
_COMMAND = """
import subprocess
subprocess.run(["cat", "/dev/null"])
"""
_HEALTH = """
import subprocess
for _ in range(3):
    subprocess.run(["sh", "-c", "exit 0"])
"""

ATTACKS = (
    Case(name="a session with a terminal", run=_SESSION, supposed=_from_outside, fires=("foreign-process",)),
    Case(name="one command", run=_COMMAND, supposed=_from_outside, fires=("foreign-process",)),
)

LOOK_ALIKES = (
    Case(
        name="a health check that the model has",
        run=_HEALTH,
        supposed=_from_outside,
        scene=seen("/usr/bin/dash"),
        silent=("foreign-process",),
    ),
    Case(name="the same, of the application itself", run=_SESSION, silent=("foreign-process",)),
)
