"""Environments and memory of others, and one's own."""

from detections.case import Case

_FIRES = ("process-snooping",)

_READV = """
import ctypes, os
class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
secret = ctypes.create_string_buffer(b"secret of the parent")
child = os.fork()
if child == 0:
    mine = ctypes.create_string_buffer(20)
    here, there = Piece(ctypes.addressof(mine), 20), Piece(ctypes.addressof(secret), 20)
    got = ctypes.CDLL(None).process_vm_readv(os.getppid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    os._exit(0)
os.waitpid(child, 0)
"""
_OWN = """
import subprocess
for name in ("maps", "environ", "status", "smaps"):
    open(f"/proc/self/{name}").close()
subprocess.run(["cat", "/proc/self/status", "/proc/1/status", "/proc/cpuinfo"], stdout=subprocess.DEVNULL)
subprocess.run(["grep", "-c", "libc", "/proc/self/maps"], stdout=subprocess.DEVNULL)
"""

ATTACKS = (
    Case(
        name="cat of a process's environment",
        run=("sh", "-c", "cat /proc/$$/environ >/dev/null"),
        fires=_FIRES,
    ),
    Case(
        name="strings of the application's own environment, as a hole in it shows",
        run=("sh", "-c", "head -c 100 /proc/self/environ >/dev/null; true"),
        fires=_FIRES,
    ),
    Case(name="maps of another", run=("sh", "-c", "grep -c heap /proc/$$/maps; true"), fires=_FIRES),
    Case(name="process_vm_readv", run=_READV, fires=_FIRES, status=None),
)

LOOK_ALIKES = (
    Case(name="one's own maps, and what is no secret", run=_OWN, silent=_FIRES),
    Case(
        name="processes are listed",
        run=("sh", "-c", "ps ax >/dev/null; cat /proc/1/comm /proc/$$/stat >/dev/null; env >/dev/null; true"),
        silent=_FIRES,
    ),
)
