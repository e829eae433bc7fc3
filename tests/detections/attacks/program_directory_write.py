"""A program is put among the system's, and Python keeps what it compiled there."""

from detections.case import Case

_PUT = """
import os
path = f"/usr/local/bin/outrider-test-{os.getpid()}"
try:
    with open(path, "w") as file:
        file.write("#!/bin/sh")
    os.unlink(path)
except PermissionError:
    pass
"""
_WEB_SHELL = """
import os, pathlib
path = pathlib.Path(f"/srv/outrider-test-{os.getpid()}.php")
try:
    path.write_text("<?php system($_GET[0]);")
    path.unlink()
except OSError:
    pass
"""
_BYTECODE = """
import os, pathlib
place = pathlib.Path(os.__file__).resolve().parent / "__pycache__"
name = f"outrider_test_{os.getpid()}.cpython-311.pyc"
try:
    place.joinpath(f"{name}.140012").write_bytes(b"")
    os.rename(place / f"{name}.140012", place / name)
    place.joinpath(name).unlink()
except PermissionError:
    pass
"""
_DATA = """
import os, pathlib, sys
for place in (sys.argv[1], "/srv"):
    path = pathlib.Path(place, f"outrider-test-{os.getpid()}.csv")
    try:
        path.write_text("a,b")
        path.unlink()
    except OSError:
        pass
"""

ATTACKS = (
    Case(name="a program in /usr/local/bin", run=_PUT, fires=("program-directory-write",)),
    Case(name="a page that runs commands", run=_WEB_SHELL, fires=("program-directory-write",)),
)

LOOK_ALIKES = (
    Case(name="Python keeps what it compiled", run=_BYTECODE, silent=("program-directory-write",)),
    Case(name="data beside the application", run=_DATA, silent=("program-directory-write",)),
)
