"""The supervisor's binary, C programs to run under it, and a place for each test."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from supervised import Supervised

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "programs"
ARCHITECTURE = platform.machine()
STATIC = ("-target", f"{ARCHITECTURE}-linux-musl", "-static", "-O1", "-D_GNU_SOURCE", "-std=gnu11")
SANITIZE = (
    *("-g", "-O1", "-std=gnu11", "-D_GNU_SOURCE"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wno-unused-result")


@pytest.fixture(scope="session")
def binary() -> Path:
    """outrider-run for this machine, built when its sources changed; or the one OUTRIDER_RUN names."""
    if given := os.environ.get("OUTRIDER_RUN"):
        return Path(given)
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", ARCHITECTURE]
    build += ["--only", "outrider-run"]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ROOT / "outrider" / "_native" / ARCHITECTURE / "outrider-run"


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Compiles programs/NAME.c, static; once a session."""
    where = tmp_path_factory.mktemp("programs")
    where.chmod(0o755)
    for directory in where.parents[:2]:  # pytest makes them 0700; programs become other users
        directory.chmod(0o755)

    def compiled(name: str) -> Path:
        made = where / name
        if not made.exists():
            zig = [sys.executable, "-m", "ziglang", "cc", *STATIC, *WARNINGS]
            done = subprocess.run(
                [*zig, "-o", str(made), str(PROGRAMS / f"{name}.c")],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        return made

    return compiled


@pytest.fixture(scope="session")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """programs/units.c linked with the supervisor's own sources, with sanitizers."""
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no gcc or clang here")
    where = tmp_path_factory.mktemp("units")
    sources = [str(path) for path in sorted((ROOT / "native").glob("*.c"))]
    subprocess.run([compiler, *SANITIZE, "-Dmain=launch_main", "-c", *sources], check=True, cwd=where)
    objects = [str(path) for path in where.glob("*.o")]
    command = [compiler, *SANITIZE, "-Wall", "-Wextra", "-Werror", "-o", "units"]
    subprocess.run([*command, PROGRAMS / "units.c", *objects], check=True, cwd=where)
    return where / "units"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory every user can reach and change."""
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)
    made = tmp_path / "w"
    made.mkdir()
    made.chmod(0o777)
    return made


@pytest.fixture
def supervised(binary: Path, tmp_path: Path) -> Iterator[Supervised]:
    """A start of the supervisor, with its volume; afterwards it is gone and the agent saw no fault."""
    started = Supervised(binary, tmp_path / "volume")
    yield started
    if started.process and started.process.poll() is None:
        started.process.kill()
        started.process.wait()
    if started.agent:
        started.agent.close()
        assert started.agent.broken == []


@pytest.fixture(scope="session")
def guard_object() -> Path:
    """guard.so, built when its sources changed."""
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--only", "guard.so"]
    done = subprocess.run([*build, "--arch", ARCHITECTURE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ROOT / "outrider" / "_native" / ARCHITECTURE / "guard.so"


@pytest.fixture
def preloaded(supervised: Supervised, guard_object: Path, place: Path) -> Supervised:
    """A volume as outrider-init leaves it."""
    (supervised.volume / "lib").mkdir()
    shutil.copy(guard_object, supervised.volume / "lib")
    return supervised
