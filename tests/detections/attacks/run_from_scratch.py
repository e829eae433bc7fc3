"""Programs in shared scratch space, and data there."""

from detections.case import Case
from detections.stand_ins import copies_of_true

_FIRES = ("run-from-scratch",)

_SHARED_MEMORY = """
import os, shutil, subprocess, tempfile
place = tempfile.mkdtemp(dir="/dev/shm")
try:
    file = shutil.copy("/bin/true", os.path.join(place, "x"))
    if os.statvfs(place).f_flag & os.ST_NOEXEC:
        raise SystemExit("/dev/shm does not run programs on this machine")
    subprocess.run([file], check=True)
finally:
    shutil.rmtree(place)
"""
_SCRIPT = """
import os, shutil, subprocess, tempfile
place = tempfile.mkdtemp(dir="/var/tmp")
try:
    file = os.path.join(place, "x.sh")
    with open(file, "w") as out:
        out.write("exit 0")
    subprocess.run(["sh", "-e", file], check=True)
finally:
    shutil.rmtree(place)
"""
_HIDDEN = """
import os, shutil, subprocess, sys, tempfile
place = tempfile.mkdtemp(dir="/tmp", prefix=".x")
try:
    subprocess.run([shutil.copy("/bin/true", place)], check=False)
    subprocess.run([shutil.copy("/bin/true", os.path.join(place, "true"))], check=True)
finally:
    shutil.rmtree(place)
"""
_DATA = """
import os, shutil, subprocess, tempfile
place = tempfile.mkdtemp(dir="/dev/shm")
try:
    file = os.path.join(place, "segment")
    with open(file, "w") as out:
        out.write("exit 0")
    subprocess.run(["cat", file], check=True)
    subprocess.run(["sh", "-c", "wc -c $0", file], check=True)
finally:
    shutil.rmtree(place)
"""

ATTACKS = (
    Case(name="a program on /dev/shm", run=_SHARED_MEMORY, fires=_FIRES),
    Case(name="a script in /var/tmp", run=_SCRIPT, fires=_FIRES),
    Case(name="a program in a hidden directory of /tmp", run=_HIDDEN, fires=_FIRES),
)

LOOK_ALIKES = (
    Case(name="data on /dev/shm", run=_DATA, silent=_FIRES),
    Case(
        name="a program in a directory for tests",
        run=("sh", "-c", "{place}/x; true"),
        prepare=copies_of_true("x"),
        silent=_FIRES,
    ),
)
