"""A program that runs as its owner, and modes as every installation sets them."""

import os
from pathlib import Path

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
_CAPABLE = """
import os, shutil, struct, sys
copy = os.path.join(sys.argv[1], "python")
shutil.copy("/bin/true", copy)
try:
    # Version 2, effective, CAP_SETUID.
    os.setxattr(copy, "security.capability", struct.pack("<5I", 0x02000001, 1 << 7, 0, 0, 0))
except OSError:
    pass  # a file system without them
"""
_KEPT_ATTRIBUTES = """
import os, subprocess, sys
notes = os.path.join(sys.argv[1], "notes")
subprocess.run(["cp", "--preserve=all", notes, notes + ".old"], check=True)
subprocess.run(["sed", "-i", "s/a/b/", notes], check=True)
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


def _with_an_attribute(place: Path) -> None:
    (place / "notes").write_text("a")
    os.setxattr(place / "notes", "user.origin", b"mail")


ATTACKS = (
    Case(name="a shell that stays root", run=_KEPT, fires=("set-user-id-made",)),
    Case(name="a program that runs as its group", run=_OF_A_GROUP, fires=("set-user-id-made",)),
    Case(name="a program with a capability", run=_CAPABLE, fires=("set-user-id-made",)),
)

LOOK_ALIKES = (
    Case(
        name="a program, a directory of a group, a directory of everybody",
        run=_ORDINARY,
        silent=("set-user-id-made",),
    ),
    Case(
        name="a copy and a change that keep attributes",
        run=_KEPT_ATTRIBUTES,
        prepare=_with_an_attribute,
        silent=("set-user-id-made",),
    ),
)
