"""Hands in other processes, and the look of it."""

from detections.case import Case

_FIRES = ("process-injection",)

_PTRACE = """
import ctypes, os, signal
child = os.fork()
if child == 0:
    signal.pause()
libc = ctypes.CDLL(None)
libc.ptrace(16, child, 0, 0)  # PTRACE_ATTACH
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
"""
_MEMORY = """
import os, signal
child = os.fork()
if child == 0:
    signal.pause()
os.close(os.open(f"/proc/{child}/mem", os.O_RDWR))
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
"""
_OWN_MEMORY = """
import ctypes
page = ctypes.create_string_buffer(b"before")
with open("/proc/self/mem", "r+b", buffering=0) as memory:
    memory.seek(ctypes.addressof(page))
    memory.write(b"after!")
assert page.value == b"after!"
"""
_HIDES = """
import ctypes
ctypes.CDLL(None).ptrace(0, 0, 0, 0)  # PTRACE_TRACEME: nobody else can trace it then
"""
_HARMLESS = """
import os, signal
with open("/proc/self/oom_score_adj", "r+") as own:
    own.write("0")
with open("/proc/self/mem", "rb", buffering=0) as memory:
    pass
with open("/proc/self/comm", "w") as own:
    own.write("worker")
child = os.fork()
if child == 0:
    signal.pause()
os.kill(child, signal.SIGTERM)
os.waitpid(child, 0)
"""

ATTACKS = (
    Case(name="ptrace of another", run=_PTRACE, fires=_FIRES),
    Case(name="another's memory as a file", run=_MEMORY, fires=_FIRES),
    Case(name="one's own memory as a file", run=_OWN_MEMORY, fires=_FIRES),
    Case(name="nobody shall trace it", run=_HIDES, fires=_FIRES),
)

LOOK_ALIKES = (Case(name="other files of /proc, memory read, signals", run=_HARMLESS, silent=_FIRES),)
