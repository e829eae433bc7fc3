"""The preloaded guard with its languages' parts, and the interpreters that are here."""

import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
sys.path.insert(0, str(ROOT / "tests" / "native" / "guard"))

from function import Function  # noqa: E402 - the environment the guard's own tests use

PROGRAMS = Path(__file__).parent / "programs"
HOOK = ROOT / "layer" / "node" / "hook.js"


def _version(path: Path) -> tuple[int, ...] | None:
    command = [str(path), "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return tuple(map(int, done.stdout.split()))


def _pythons() -> dict[str, Path]:
    """One of each minor version: the one that runs the tests, and what else is found."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": Path(sys.executable)}
    places = [*Path("/root/.pyenv/versions").glob("3.*/bin/python"), *Path("/usr/bin").glob("python3.[0-9]*")]
    for path in sorted(places):
        version = _version(path) if not path.name.endswith("-config") else None
        if version and version >= (3, 8):
            found.setdefault(".".join(map(str, version)), path)
    return dict(sorted(found.items(), key=lambda item: tuple(map(int, item[0].split(".")))))


PYTHONS = _pythons()


@pytest.fixture(params=PYTHONS.values(), ids=PYTHONS.keys())
def python(request: pytest.FixtureRequest) -> Path:
    """Every Python from 3.8 on that is here; always the one that runs the tests."""
    path: Path = request.param
    return path


@pytest.fixture(scope="session")
def guard() -> Path:
    """guard.so, built when its sources changed."""
    arch = platform.machine()
    command = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", arch, "--only", "guard.so"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ROOT / "outrider" / "_native" / arch / "guard.so"


@pytest.fixture
def function(guard: Path, tmp_path: Path) -> Iterator[Function]:
    """An environment of its own, with the extension's side of it."""
    started = Function(guard, tmp_path)
    started.listen()
    yield started
    if started.extension:
        started.extension.close()
