"""Bytecode for the image's Python, made by that Python: the root file system may be read-only at run time."""

import platform
import subprocess
import tempfile
from pathlib import Path

from outrider.errors import EnvironmentFault
from sidecar.image.contents import ARCHITECTURES, PYTHON
from sidecar.image.tree import Node, Tree

_LOADERS = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}

_PROGRAM = """
import compileall, py_compile, sys
ok = compileall.compile_dir(
    sys.argv[1], quiet=2, workers=1, force=True, stripdir=sys.argv[1], prependdir="/",
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH, maxlevels=40,
)
"""


def cache_path(source: str) -> str:
    """Where Python looks for the bytecode of a source file."""
    folder, _, name = source.rpartition("/")
    return f"{folder}/__pycache__/{name.removesuffix('.py')}.cpython-{PYTHON.replace('.', '')}.pyc"


class Compiler:
    """The Python of the image for this machine, started through its own loader: no root, no container."""

    def __init__(self, trees: dict[str, Tree], work: Path) -> None:
        machine = platform.machine()
        arch = next((arch for arch, name in ARCHITECTURES.items() if name == machine), None)
        if arch is None:
            raise EnvironmentFault(f"the image cannot be built on {machine}", hint="use x86_64 or aarch64.")
        self._compiled: dict[tuple[str, bytes], bytes] = {}
        self._root = work / "python"
        self._root.mkdir()
        trees[arch].write(self._root)
        self._libraries = f"{self._root}/usr/lib/{machine}-linux-gnu"
        self._loader = f"{self._libraries}/{_LOADERS[machine]}"

    def compile(self, tree: Tree) -> None:
        """Add the bytecode of every source in the tree. The same sources give the same bytes."""
        sources = {path: node for path, node in tree.nodes.items() if path.endswith(".py") and not node.link}
        self._compile(
            {path: node for path, node in sources.items() if (path, node.data) not in self._compiled}
        )
        for path, node in sources.items():
            tree.add(cache_path(path), Node(self._compiled[path, node.data]))

    def _compile(self, sources: dict[str, Node]) -> None:
        """Compile sources; most are the same for every architecture, and compiled once."""
        with tempfile.TemporaryDirectory(dir=self._root) as name:
            for path, node in sources.items():
                target = Path(name) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(node.data)
            self._run(_PROGRAM, name)
            for path, node in sources.items():
                self._compiled[path, node.data] = (Path(name) / cache_path(path)).read_bytes()

    def _run(self, program: str, *arguments: str) -> None:
        """Run a program in the image's Python."""
        command = [self._loader, "--library-path", self._libraries]
        command += [f"{self._root}/usr/bin/python{PYTHON}", "-B", "-s", "-c", program, *arguments]
        environment = {"PYTHONHOME": f"{self._root}/usr", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(  # noqa: S603 - the image's own Python
            command, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise EnvironmentFault(f"the image's Python does not run here: {done.stderr.strip()[-2000:]}")
