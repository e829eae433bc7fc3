"""Devices made by hand, and what else the call makes."""

from detections.case import Case

_MAKE = """
import os, stat, sys
try:
    os.mknod(os.path.join(sys.argv[1], "disk"), stat.S_IFBLK | 0o600, os.makedev(259, 0))
except PermissionError:
    pass
"""
_OTHERS = """
import os, socket, stat, sys
place = sys.argv[1]
os.mkfifo(os.path.join(place, "pipe"))
os.mknod(os.path.join(place, "file"))
socket.socket(socket.AF_UNIX).bind(os.path.join(place, "socket"))
try:
    os.mknod(os.path.join(place, "whiteout"), stat.S_IFCHR, 0)  # as overlay file systems mark what is gone
except PermissionError:
    pass
open("/dev/null", "w").close()
"""

ATTACKS = (Case(name="the machine's first disk", run=_MAKE, fires=("device-node",)),)

LOOK_ALIKES = (Case(name="pipes, files, sockets, an overlay's mark", run=_OTHERS, silent=("device-node",)),)
