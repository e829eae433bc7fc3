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
_WRITE = """
import ctypes, os, signal
class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
text = ctypes.create_string_buffer(b"before")
piece = Piece(ctypes.addressof(text), 6)
child = os.fork()
if child == 0:
    signal.pause()
ctypes.CDLL(None).process_vm_writev(child, ctypes.byref(piece), 1, ctypes.byref(piece), 1, 0)
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
"""
_DESCRIPTOR = """
import ctypes, os, signal
child = os.fork()
if child == 0:
    signal.pause()
held = os.pidfd_open(child)
ctypes.CDLL(None).syscall(438, held, 1, 0)  # pidfd_getfd
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
"""
_TYPES = """
import fcntl, os, pty
ours, theirs = pty.openpty()
try:
    fcntl.ioctl(theirs, 0x5412, b"x")  # TIOCSTI
except OSError:
    pass
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
    Case(name="another's memory by process_vm_writev", run=_WRITE, fires=_FIRES),
    Case(name="another's descriptor", run=_DESCRIPTOR, fires=_FIRES),
    Case(name="typed for whoever reads a terminal", run=_TYPES, fires=_FIRES),
)

LOOK_ALIKES = (Case(name="other files of /proc, memory read, signals", run=_HARMLESS, silent=_FIRES),)
