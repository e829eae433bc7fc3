"""Bytecode in a function's package.

/var/task is read-only: what lies there as source alone is compiled anew in every cold start, which takes
longer than all the rest of it. Bytecode goes by hash and is never compared with its source again, so that
neither times nor the machine change a byte; a runtime of another minor version takes the sources instead.
"""

import subprocess
from pathlib import Path

from outrider.errors import EnvironmentFault

_COMPILE = """
import compileall, py_compile, sys
sys.exit(not compileall.compile_dir(
    sys.argv[1], quiet=2, workers=1, maxlevels=40, stripdir=sys.argv[1], prependdir="/var/task",
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
))
"""


def add(folder: Path, runtime: str) -> None:
    """Add the bytecode of every source, for a runtime (`python3.12`).

    Raises EnvironmentFault where this machine has no Python of that version, or a source is none.
    """
    from outrider.cli.emulator import interpreters  # noqa: PLC0415 - only a full bundle needs it
    from outrider.function import runtimes  # noqa: PLC0415

    found = interpreters.find(runtimes.parse(runtime), None)
    python = found.prefix / "bin" / runtime
    command = [str(python), "-I", "-B", "-c", _COMPILE, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise EnvironmentFault(f"{runtime} does not compile the package: {done.stdout[-500:]}")
