"""A program that runs as its owner, and modes as every installation sets them."""

from detections.case import Case

_KEPT = """
import os, shutil, sys
shell = os.path.join(sys.argv[1], "sh")
shutil.copy("/bin/sh", shell)
os.chmod(shell, 0o4755)
"""
_OF_A_GROUP = """
import os, sys
with open(os.path.join(sys.argv[1], "tool"), "w") as tool:
    os.fchmod(tool.fileno(), 0o2755)
"""
_ORDINARY = """
import os, sys
place = sys.argv[1]
open(os.path.join(place, "tool"), "w").close()
os.chmod(os.path.join(place, "tool"), 0o755)
os.mkdir(os.path.join(place, "shared"))
os.chmod(os.path.join(place, "shared"), 0o2775)
os.chmod(place, 0o1777)
"""

ATTACKS = (
    Case(name="a shell that stays root", run=_KEPT, fires=("set-user-id-made",)),
    Case(name="a program that runs as its group", run=_OF_A_GROUP, fires=("set-user-id-made",)),
)

LOOK_ALIKES = (
    Case(
        name="a program, a directory of a group, a directory of everybody",
        run=_ORDINARY,
        silent=("set-user-id-made",),
    ),
)
