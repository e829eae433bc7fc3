"""The preloaded object, C programs to run under it, and a place for each test."""

import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from function import Function

ROOT = Path(__file__).parents[3]
PROGRAMS = Path(__file__).parent / "programs"
ARCHITECTURE = platform.machine()
FLAGS = (
    "-O1",
    "-D_GNU_SOURCE",
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wno-unused-result",
    "-Wno-nonnull",
    "-fno-sanitize=all",
)


def build(arch: str) -> Path:
    """guard.so, built when its sources changed."""
    command = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", arch, "--only", "guard.so"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ROOT / "outrider" / "_native" / arch / "guard.so"


@pytest.fixture(scope="session")
def guard() -> Path:
    """For this machine."""
    return build(ARCHITECTURE)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compiles programs/NAME.c for a target of the compiler; once a session."""
    where = tmp_path_factory.mktemp("programs")

    def compile_one(name: str, target: str = f"{ARCHITECTURE}-linux-gnu.2.26", *flags: str) -> Path:
        made = where / f"{name}-{target}{'-'.join(flags)}"
        if not made.exists():
            zig = [sys.executable, "-m", "ziglang", "cc", "-target", target, *FLAGS, *flags]
            command = [*zig, "-o", str(made), str(PROGRAMS / f"{name}.c")]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        return made

    return compile_one


@pytest.fixture
def function(guard: Path, tmp_path: Path) -> Iterator[Function]:
    """An environment of its own."""
    started = Function(guard, tmp_path)
    yield started
    if started.extension:
        started.extension.close()
