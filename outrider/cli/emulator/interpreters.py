"""Finds an interpreter for a runtime on this machine."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from outrider.errors import EnvironmentFault
from outrider.function.runtimes import Runtime

_ASK = 20.0
"""Seconds for an interpreter to say its version."""
_PYTHON = "import json,sys;print(json.dumps(['%d.%d'%sys.version_info[:2],sys.base_prefix]))"
_NODE = "console.log(JSON.stringify([process.versions.node.split('.')[0],process.execPath]))"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One that was found and answered."""

    version: str
    prefix: Path
    """What is shown at /var/lang: bin/python3.X (bin/node) is below it, and the standard library."""

    @property
    def hidden(self) -> tuple[str, ...]:
        """Where packages of this machine would be found that Lambda has not got."""
        places = (f"lib/python{self.version}/site-packages", "lib/python3/dist-packages")
        local = f"local/lib/python{self.version}/dist-packages"
        return tuple(f"/var/lang/{place}" for place in (*places, local) if (self.prefix / place).is_dir())

    @property
    def shown(self) -> tuple[tuple[Path, str], ...]:
        """Where the sandbox has to see it: at /var/lang, and at its own place for paths compiled in."""
        own = () if self.prefix.is_relative_to("/usr") else ((self.prefix, str(self.prefix)),)
        return ((self.prefix, "/var/lang"), *own)


def find(runtime: Runtime, given: Path | None) -> Interpreter:
    """The interpreter for a runtime: the one that was named, or the first found of the right version.

    Raises EnvironmentFault, naming what there is.
    """
    seen: dict[str, str] = {}
    for candidate in [given] if given else _candidates(runtime):
        found = _ask(candidate, runtime.family)
        if found is None:
            continue
        if found.version == runtime.version and _complete(found, runtime):
            return found
        seen.setdefault(found.version, str(candidate))
    there = ", ".join(f"{version} ({path})" for version, path in sorted(seen.items())) or "none"
    raise EnvironmentFault(
        f"{runtime.name} wants {_title(runtime)} {runtime.version}; found here: {there}",
        hint="install it, name another --runtime, or give the interpreter with --python (--node).",
    )


def newest_node() -> str | None:
    """The major version of the Node that is on the path, if there is one."""
    path = shutil.which("node")
    found = _ask(Path(path), "nodejs") if path else None
    return found.version if found else None


def _candidates(runtime: Runtime) -> Iterator[Path]:
    """Where interpreters are, likeliest first."""
    name = f"python{runtime.version}" if runtime.family == "python" else "node"
    if runtime.family == "python":
        yield Path(sys.executable)
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += [Path("/usr/local/bin"), Path("/usr/bin")]
    if runtime.family == "python":
        root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
        folders += sorted(root.glob(f"versions/{runtime.version}.*/bin"), reverse=True)
    else:
        root = Path(os.environ.get("NVM_DIR") or Path.home() / ".nvm")
        folders += sorted(root.glob(f"versions/node/v{runtime.version}.*/bin"), reverse=True)
    for folder in folders:
        if (folder / name).is_file():
            yield folder / name
    if runtime.family == "python":
        yield from filter(None, [Path(path) if (path := shutil.which("python3")) else None])


def _ask(path: Path, family: str) -> Interpreter | None:
    """Its version and prefix; None for what does not answer (a shim without a version)."""
    arguments = ["-I", "-c", _PYTHON] if family == "python" else ["-e", _NODE]
    try:
        done = subprocess.run(  # noqa: S603 - an interpreter of the user's
            [str(path), *arguments], capture_output=True, timeout=_ASK, check=True
        )
        version, where = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    prefix = Path(where) if family == "python" else Path(where).resolve().parents[1]
    return Interpreter(version, prefix)


def _complete(found: Interpreter, runtime: Runtime) -> bool:
    """Whether the program is where the runtime's bootstrap starts it."""
    name = f"python{runtime.version}" if runtime.family == "python" else "node"
    return (found.prefix / "bin" / name).is_file()


def _title(runtime: Runtime) -> str:
    """The language's name."""
    return "Python" if runtime.family == "python" else "Node"
