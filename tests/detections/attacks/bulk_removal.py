"""Data is taken away, and what is made again."""

from detections.case import Case

_REMOVE = """
import pathlib, subprocess, sys, tempfile
with tempfile.TemporaryDirectory(dir=pathlib.Path.home(), prefix="outrider-") as place:
    below = pathlib.Path(place, "{below}")
    below.mkdir(parents=True)
    for number in range(120):
        below.joinpath(f"invoice-{number}.pdf").touch()
    {remove}
"""
_BY_RM = 'subprocess.run(["/bin/rm", "-r", str(below)], check=True)'
_BY_FIND = 'subprocess.run(["/usr/bin/find", str(below), "-type", "f", "-delete"], check=True)'
_BY_ITSELF = "[file.unlink() for file in below.iterdir()]"


def _remove(below: str, how: str) -> str:
    return _REMOVE.replace("{below}", below).replace("{remove}", how)


ATTACKS = (
    Case(name="rm", run=_remove("invoices", _BY_RM), fires=("bulk-removal",)),
    Case(name="find", run=_remove("invoices", _BY_FIND), fires=("bulk-removal",)),
    Case(
        name="a disk is made new",
        run=("/sbin/mkfs", "/nonexistent"),
        needs=("/sbin/mkfs",),
        fires=("bulk-removal",),
        status=None,
    ),
)

LOOK_ALIKES = (
    Case(name="what npm will bring again", run=_remove("node_modules/a", _BY_RM), silent=("bulk-removal",)),
    Case(name="an application tidies up", run=_remove("invoices", _BY_ITSELF), silent=("bulk-removal",)),
)
