"""The loader by hand, and those who ask it something."""

import platform
from pathlib import Path

from detections.case import Case

_FIRES = ("loader-run-program",)
_MACHINE = platform.machine().replace("_", "-")
_LOADER = str(min(Path("/").glob(f"lib*/ld-linux-{_MACHINE}.so.*")))
_LIBRARIES = f"/lib/{platform.machine()}-linux-gnu"

ATTACKS = (
    Case(name="ld.so runs a program", run=("sh", "-c", f"{_LOADER} /bin/true; true"), fires=_FIRES),
    Case(
        name="ld.so runs a program with other libraries",
        run=("sh", "-c", f"{_LOADER} --library-path {_LIBRARIES} /bin/true; true"),
        fires=_FIRES,
    ),
)

LOOK_ALIKES = (
    Case(name="ldd", run=("sh", "-c", "ldd /bin/true; true"), needs=("ldd",), silent=_FIRES),
    Case(
        name="ld.so is asked for its version and for a list",
        run=(
            "sh",
            "-c",
            f"{_LOADER} --version; {_LOADER} --list /bin/true; {_LOADER} --verify /bin/true; true",
        ),
        silent=_FIRES,
    ),
)
