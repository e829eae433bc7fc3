"""Programs that come while the container runs, and files that only come."""

from dataclasses import replace

from detections.case import Case
from detections.stand_ins import copies_of_true, scripts, seen
from outrider.model.event import Event

_FIRES = ("dropped-program",)

_BINARY = """
import os, subprocess, sys
file = os.path.join(sys.argv[1], "x")
with open("/bin/true", "rb") as good, open(file, "wb") as bad:
    bad.write(good.read())
os.chmod(file, 0o755)
subprocess.run([file], check=True)
"""

_RENAMED = _BINARY.replace("subprocess.run", 'os.rename(file, file + "y")\nfile += "y"\nsubprocess.run')

_DATA = """
import os, subprocess, sys
file = os.path.join(sys.argv[1], "data")
with open(file, "w") as out:
    out.write("one\\ntwo\\n")
os.chmod(file, 0o755)
subprocess.run(["cat", file], check=True)
subprocess.run(["sh", "-c", "wc -l <$0", file], check=True)
os.unlink(file)
"""


def _dated(event: Event) -> Event:
    """As the supervisor tells of a file whose owner, or more, was changed since the start."""
    return replace(event, traits=(*event.traits, "new")) if event.target.endswith("/app") else event


ATTACKS = (
    Case(
        name="a program whose writing nobody told of, but whose times are new",
        run=("sh", "-c", "{place}/app; true"),
        prepare=copies_of_true("app"),
        supposed=_dated,
        fires=_FIRES,
    ),
    Case(name="a binary is written and run", run=_BINARY, fires=_FIRES),
    Case(name="a binary is written, renamed and run", run=_RENAMED, fires=_FIRES),
    Case(
        name="a binary is copied, linked and run by its other name",
        run=("sh", "-c", "cat /bin/true >{place}/x; chmod +x {place}/x; ln {place}/x {place}/y; {place}/y"),
        fires=_FIRES,
    ),
    Case(
        name="a script is written and given to a shell",
        run=("sh", "-c", "echo 'exit 0' >{place}/x; sh {place}/x"),
        fires=_FIRES,
    ),
)

LOOK_ALIKES = (
    Case(
        name="programs of the image get other names",
        run=(
            "sh",
            "-c",
            "echo 1 >{place}/z; mv {place}/app {place}/b; ln {place}/b {place}/c; {place}/b; {place}/c",
        ),
        prepare=copies_of_true("app"),
        silent=_FIRES,
    ),
    Case(
        name="the image's own program, whose owner the start script sets each time",
        run=("sh", "-c", "chown -R $(id -u) {place}; {place}/app; true"),
        prepare=copies_of_true("app"),
        supposed=_dated,
        scene=seen("/srv/app"),
        silent=_FIRES,
    ),
    Case(
        name="a script of the image is given a new file",
        run=("sh", "-c", "echo 1 >{place}/upload; {place}/x {place}/upload; {place}/y.sh {place}/upload"),
        prepare=scripts(x="#!/usr/bin/python3\n", y__sh="#!/bin/sh\nexit 0\n"),
        silent=_FIRES,
    ),
    Case(name="a file is written, and read by programs", run=_DATA, silent=_FIRES),
    Case(
        name="a script that was there has its mode changed, and runs beside a new file",
        run=("sh", "-c", "chmod 700 {place}/x; echo 1 >{place}/y; {place}/x"),
        prepare=scripts(x="#!/bin/sh\nexit 0\n"),
        silent=_FIRES,
    ),
    Case(
        name="what is written goes to a terminal, a null device and a pipe",
        run=("sh", "-c", "echo 1 >/dev/null; echo 1 | cat >/dev/null; true"),
        silent=_FIRES,
    ),
)
