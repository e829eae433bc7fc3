"""Builds the sidecar's image as an OCI layout for amd64 and arm64, on either, without a container engine.

    python -m sidecar.build_image [-o DIR] [--cache DIR] [--mirror URI --security-mirror URI]

Needs Debian's apt and dpkg-deb, pip, and both supervisors (native/build.py). The same packages and sources
give the same digests.
"""

import argparse
import fcntl
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from outrider import __version__
from outrider.errors import EnvironmentFault, OutriderError
from sidecar.image import bytecode, debian, layout, wheels
from sidecar.image.contents import ARCHITECTURES, OWN_ROOMS, PYTHON
from sidecar.image.tree import MERGED, Node, Tree

ROOT = Path(__file__).resolve().parent.parent
NOT_SHIPPED = (
    "sidecar/build_image.py",
    "sidecar/image/",
    "outrider/policy/signing.py",
    "outrider/runtime/wire_encode.py",
)
"""How the image is made, and what only whoever signs policies or plays a supervisor needs."""

ENTRY_POINT = ["/usr/bin/python3", "-I", "-m", "sidecar"]
PROGRAM = b"""#!/usr/bin/python3 -I
import sys
from sidecar.__main__ import main
sys.exit(main())
"""

CONFIG: dict[str, Any] = {
    "User": "0",
    "Env": ["PATH=/usr/local/bin:/usr/bin", "LANG=C.UTF-8"],
    "Entrypoint": ENTRY_POINT,
    "Cmd": ["agent"],
    "WorkingDir": "/",
    "StopSignal": "SIGTERM",
    "Labels": {
        "org.opencontainers.image.title": "outrider-sidecar",
        "org.opencontainers.image.description": "The agent beside a task: events, flight record, policies",
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.version": __version__,
    },
}
PROGRAMS = {"outrider-run": "supervisor", "guard.so": "guard"}
"""Of `outrider/_native`, for each architecture: the second is what the first preloads at need."""
EMPTY_DIRECTORIES = ("outrider", "proc", "root", "run", "sys", "dev", "tmp", "var/lib/outrider")


def own_files(tree: Tree, root: Path = ROOT) -> None:
    """Add our two packages and what starts them. Raises EnvironmentFault: the supervisors are not built."""

    def shipped(path: str) -> bool:
        name = path.removeprefix(f"{wheels.SITE}/")
        ours = name.endswith((".py", *(f"/{program}" for program in PROGRAMS)))
        return ours and not name.startswith(NOT_SHIPPED)

    for arch in ARCHITECTURES.values():
        for program, name in PROGRAMS.items():
            if not (root / "outrider" / "_native" / arch / program).is_file():
                raise EnvironmentFault(f"no {name} for {arch}", hint="build both: python native/build.py")
    for room in OWN_ROOMS:
        path = root / "outrider" / room
        if path.is_dir():
            tree.add_directory(path, f"{wheels.SITE}/outrider/{room}", shipped)
        else:
            tree.add(f"{wheels.SITE}/outrider/{room}", Node(path.read_bytes()))
    tree.add_directory(root / "sidecar", f"{wheels.SITE}/sidecar", shipped)
    tree.add("usr/local/bin/outrider-sidecar", Node(PROGRAM, executable=True))


def build(out: Path, cache: Path, mirrors: tuple[str, str] | None = None) -> dict[str, Any]:
    """Build the layout at `out`, which is replaced; return its digest and its sizes. Raises OutriderError."""
    with _alone(cache):
        system = {arch: _system(arch, cache, mirrors) for arch in ARCHITECTURES}
        packages = {
            arch: wheels.fetch(machine, cache / "wheels" / machine, ROOT / "requirements.lock")
            for arch, machine in ARCHITECTURES.items()
        }
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".sidecar-image-") as name:
        work = Path(name)
        made = layout.Layout(work / "layout")
        compiler = bytecode.Compiler(system, work)
        sizes = {}
        for arch in ARCHITECTURES:
            layers, sizes[arch] = _layers(system[arch], packages[arch], compiler)
            made.add_image(arch, layers, CONFIG)
        digest = made.finish(__version__)
        shutil.rmtree(out, ignore_errors=True)
        (work / "layout").rename(out)
    return {"digest": digest, "sizes": sizes}


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """One build at a time downloads into a cache."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _system(arch: str, cache: Path, mirrors: tuple[str, str] | None) -> Tree:
    """Debian's part."""
    tree = Tree()
    status = [debian.unpack(deb, tree) for deb in debian.fetch(arch, cache / "debian" / arch, mirrors)]
    debian.base_files(tree, status)
    tree.add("usr/bin/python3", Node(f"python{PYTHON}".encode(), link=True))
    for name in MERGED:
        tree.nodes[name] = Node(f"usr/{name}".encode(), link=True)
    return tree


def _layers(
    system: Tree, packages: list[Path], compiler: bytecode.Compiler
) -> tuple[list[layout.Layer], dict[str, int]]:
    """The three layers of an image, what changes least first; and bytes packed and unpacked."""
    dependencies, own = Tree(), Tree()
    for wheel in packages:
        wheels.unpack(wheel, dependencies)
    own_files(own)
    for tree in (system, dependencies, own):
        compiler.compile(tree)
    directories = (*EMPTY_DIRECTORIES, *(f"usr/{name}" for name in MERGED))
    layers = [
        layout.pack(system.tar(directories), "Debian"),
        layout.pack(dependencies.tar(), "Python packages"),
        layout.pack(own.tar(), "Outrider"),
    ]
    unpacked = sum(tree.size() for tree in (system, dependencies, own))
    return layers, {"packed": sum(len(layer.packed) for layer in layers), "unpacked": unpacked}


def main(arguments: list[str] | None = None) -> int:
    """Command line of the build."""
    parser = argparse.ArgumentParser(
        prog="python -m sidecar.build_image", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("-o", "--out", type=Path, default=ROOT / "build" / "sidecar-image", help="the layout")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "sidecar-image", help="downloads")
    parser.add_argument("--mirror", help="Debian, when this machine's own apt does not know it")
    parser.add_argument("--security-mirror", help="Debian's security updates")
    options = parser.parse_args(arguments)
    mirrors = (
        (options.mirror, options.security_mirror) if options.mirror and options.security_mirror else None
    )
    try:
        made = build(options.out.absolute(), options.cache.absolute(), mirrors)
    except OutriderError as error:
        print(f"sidecar image: {error}", file=sys.stderr)
        return error.exit_status
    for arch, size in made["sizes"].items():
        packed, unpacked = size["packed"] / 2**20, size["unpacked"] / 2**20
        print(f"linux/{arch}: {packed:.1f} MiB to pull, {unpacked:.1f} MiB unpacked")
    print(f"{options.out} {made['digest']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
