"""The exec wrapper of this machine and a small layer around it."""

import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from wrapped import Stage, policy

ROOT = Path(__file__).parents[3]
PROGRAMS = Path(__file__).parent / "programs"
ARCHITECTURE = platform.machine()


@pytest.fixture(scope="session")
def wrap() -> Path:
    """The wrapper, built when its sources changed."""
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", ARCHITECTURE, "--only", "wrap"]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ROOT / "outrider" / "_native" / ARCHITECTURE / "wrap"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compiles programs/SOURCE for a system of the compiler; flags as given."""
    where = tmp_path_factory.mktemp("programs")

    def compile_one(name: str, source: str, system: str, *flags: str) -> Path:
        made = where / name
        zig = [sys.executable, "-m", "ziglang", "cc", "-target", system, "-O1", "-D_GNU_SOURCE"]
        done = subprocess.run(
            [*zig, "-o", str(made), str(PROGRAMS / source), *flags],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return made

    return compile_one


@pytest.fixture(scope="session")
def inert_guard(compiled: Callable[..., Path]) -> bytes:
    """An object that can be preloaded and does nothing: what the guard does is tested with the guard."""
    system = f"{ARCHITECTURE}-linux-gnu.2.26"
    return compiled("inert.so", "inert.c", system, "-shared", "-fPIC").read_bytes()


@pytest.fixture
def stage(tmp_path: Path, wrap: Path, inert_guard: bytes) -> Stage:
    """A layer with everything but the supervisor."""
    root, directory = tmp_path / "opt", tmp_path / "state"
    directory.mkdir(mode=0o700)
    for name, data in {
        "lib/guard.so": inert_guard,
        "node/hook.js": b"",
        "python/start.py": b"import json, sys\nprint(json.dumps(sys.argv))\n",
        "policy/learn.policy": policy(),
        "policy/block.policy": policy("block", exec="block"),
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return Stage(wrap, root, directory)


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], str]:
    """Writes a program of a few lines."""

    def write(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text)
        path.chmod(0o755)
        return os.fspath(path)

    return write
