"""Files that become others: by ransomware, by gzip, by npm, by tar, by a queue."""

from detections.case import Case

_FILES = """
import os, pathlib, subprocess, sys
place = pathlib.Path(sys.argv[1])
files = [place / f"invoice-{number}.pdf" for number in range(30)]
for file in files:
    file.write_bytes(b"x")
"""
_RENAMED = (
    _FILES
    + """
for file in files:
    file.write_bytes(b"y")
    os.rename(file, f"{file}.locked")
"""
)
_COPIED = (
    _FILES
    + """
for file in files:
    pathlib.Path(f"{file}.crypt").write_bytes(b"y")
    file.unlink()
"""
)
_GZIP = _FILES + 'subprocess.run(["/bin/gzip", "-r", str(place)], check=True)\n'
_INSTALLED = (
    _FILES
    + """
subprocess.run(["/bin/tar", "-C", str(place), "-cf", f"{place}/../all.tar", "."], check=True)
subprocess.run(["/bin/tar", "-C", str(place), "-xf", f"{place}/../all.tar"], check=True)
for file in files:
    fresh = pathlib.Path(f"{file}.DELETE_8f3a")
    fresh.write_bytes(b"y")
    os.rename(fresh, file)
"""
)
_QUEUE = (
    _FILES
    + """
for file in files:
    os.rename(file, f"{file}.processing")
    os.rename(f"{file}.processing", f"{file}.done")
"""
)

ATTACKS = (
    Case(name="written anew and renamed", run=_RENAMED, fires=("mass-encryption",)),
    Case(name="copied and taken away", run=_COPIED, fires=("mass-encryption",)),
)

LOOK_ALIKES = (
    Case(name="gzip of a tree", run=_GZIP, silent=("mass-encryption",)),
    Case(name="tar, and npm's way to put files in place", run=_INSTALLED, silent=("mass-encryption",)),
    Case(name="a queue of files", run=_QUEUE, silent=("mass-encryption", "bulk-removal")),
)
