"""Links to what is guarded, and to what is not."""

from detections.case import Case

_HARD = """
import os, pathlib, sys
key = pathlib.Path(sys.argv[1], ".ssh", "id_ed25519")
key.parent.mkdir()
key.touch()
os.link(key, pathlib.Path(sys.argv[1], "notes.txt"))
"""
_IN_ITS_PLACE = """
import os, pathlib, sys
place = pathlib.Path(sys.argv[1], ".ssh")
place.mkdir()
os.symlink("/tmp/keys", place / "authorized_keys")
"""
_HARMLESS = """
import os, pathlib, sys
place = pathlib.Path(sys.argv[1])
place.joinpath("a").touch()
os.link(place / "a", place / "b")
os.symlink("/dev/stdout", place / "access.log")
os.symlink("/usr/share/zoneinfo/UTC", place / "localtime")
"""

ATTACKS = (
    Case(name="a key under another name", run=_HARD, fires=("link-over-sensitive-file",)),
    Case(name="a link in the place of the keys", run=_IN_ITS_PLACE, fires=("link-over-sensitive-file",)),
    Case(
        name="ln of the passwords",
        run=("/bin/ln", "-s", "/etc/shadow", "{place}/report.txt"),
        fires=("link-over-sensitive-file",),
    ),
)

LOOK_ALIKES = (
    Case(name="links as every image has them", run=_HARMLESS, silent=("link-over-sensitive-file",)),
)
