"""An ordinary user who would be another; and root, who becomes less."""

import os
from dataclasses import replace

from detections.case import Case
from outrider.model.event import Event

_FIRES = ("set-user-id-program",)

_AS_NOBODY = """
import os, subprocess
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
os.chdir("/")
"""


def _marked(event: Event) -> Event:
    """As the supervisor tells of the mode bit; `env` stands in for a set-user-ID program."""
    traits = (*event.traits, "set-user-id")
    return replace(event, traits=traits) if event.target.endswith("/env") else event


ATTACKS = (
    Case(
        name="su by an ordinary user",
        run=_AS_NOBODY + 'subprocess.run(["su", "-c", "id"], stdin=subprocess.DEVNULL)\n',
        needs=("su",),
        fires=_FIRES,
    ),
    Case(
        name="some set-user-ID program by an ordinary user",
        run=_AS_NOBODY + 'subprocess.run(["env", "true"])\n',
        supposed=_marked,
        fires=_FIRES,
    ),
)

LOOK_ALIKES = (
    Case(
        name="programs of an ordinary user",
        run=_AS_NOBODY + 'subprocess.run(["id"])\nsubprocess.run(["sh", "-c", "true"])\n',
        silent=_FIRES,
    ),
)

if os.getuid() == 0:
    LOOK_ALIKES += (
        Case(
            name="root starts a command as somebody else",
            run=("sh", "-c", "su -s /bin/sh nobody -c true; env true; true"),
            needs=("su",),
            supposed=_marked,
            silent=_FIRES,
        ),
    )
