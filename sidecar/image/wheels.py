"""Python packages as wheels for any architecture: downloaded by pip with the hashes of requirements.lock."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from outrider.errors import EnvironmentFault, InvalidInput
from sidecar.image.contents import PYTHON, locked, wanted
from sidecar.image.tree import Node, Tree

SITE = f"usr/local/lib/python{PYTHON}/dist-packages"
"""Where Debian's Python looks for what did not come with Debian."""

_GLIBC = ("manylinux2014", "manylinux_2_17", "manylinux_2_28", "manylinux_2_34")
"""bookworm has glibc 2.36."""


def fetch(machine: str, cache: Path, lock: Path) -> list[Path]:
    """Return the wheels of the image for `machine` (as `aarch64`), downloaded unless the cache has them.

    Raises InvalidInput (not locked) or EnvironmentFault (pip failed).
    """
    requirements = locked(lock.read_text())
    key = hashlib.sha256(f"{machine} {PYTHON} {requirements}".encode()).hexdigest()[:16]
    place = cache / key
    if not place.is_dir():
        fresh = cache / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        (cache / "requirements.txt").write_text(requirements)
        _download(machine, cache / "requirements.txt", fresh)
        fresh.rename(place)
    return sorted(place.glob("*.whl"))


def unpack(wheel: Path, tree: Tree) -> None:
    """Put a wheel's files into the tree. Raises InvalidInput: it has parts for other places."""
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            if ".data/scripts/" in info.filename:
                continue  # nobody types commands in this image
            if ".data/" in info.filename:
                raise InvalidInput(f"{wheel.name} has {info.filename}, which is for another place")
            path = f"{SITE}/{info.filename}"
            if not info.is_dir() and wanted(path):
                tree.add(path, Node(archive.read(info), executable=path.endswith(".so")))


def _download(machine: str, requirements: Path, where: Path) -> None:
    """Have pip fetch the wheels; --no-deps, for the list is complete and everything in it has its hash."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation", "cp"]
    command += ["--python-version", PYTHON, "--abi", "cp311", "--abi", "abi3", "--abi", "none"]
    for glibc in _GLIBC:
        command += ["--platform", f"{glibc}_{machine}"]
    done = subprocess.run(  # noqa: S603 - argument list of our own
        [*command, "--dest", str(where), "--requirement", str(requirements)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EnvironmentFault(f"pip download for {machine} failed: {done.stderr.strip()[-2000:]}")
