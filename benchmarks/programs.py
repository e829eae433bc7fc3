"""The C programs of programs/, compiled with the product's own compiler, once for each content."""

import hashlib
import platform
import subprocess
import sys
from pathlib import Path

from outrider.errors import EnvironmentFault

SOURCES = Path(__file__).parent / "programs"
FLAGS = ("-O2", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror")
STATIC, DYNAMIC = ("linux-musl", "-static"), ("linux-gnu.2.26",)
"""System and flags: of what runs under the supervisor; of what a guard is preloaded into."""


def compiled(name: str, cache: Path, how: tuple[str, ...] = STATIC) -> Path:
    """Return the path of a compiled program. Raises EnvironmentFault with the compiler's words."""
    inputs = b"".join((SOURCES / file).read_bytes() for file in (f"{name}.c", "measure.h", "traced.h"))
    inputs += repr(how).encode()
    made = cache / f"{name}-{hashlib.sha256(inputs).hexdigest()[:12]}"
    if made.exists():
        return made
    cache.mkdir(parents=True, exist_ok=True)
    fresh = made.with_suffix(".new")
    compiler = (sys.executable, "-m", "ziglang", "cc", "-target", f"{platform.machine()}-{how[0]}")
    done = subprocess.run(
        (*compiler, *how[1:], *FLAGS, "-o", fresh, SOURCES / f"{name}.c"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EnvironmentFault(
            f"programs/{name}.c does not compile: {done.stderr.strip()}",
            hint="the compiler is the PyPI package ziglang; `make build` installs it.",
        )
    return fresh.replace(made)
