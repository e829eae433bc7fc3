"""Whatever is to be started, the wrapper reads it within its bounds: mutated files, under sanitizers."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_wrap_trouble import ARCHITECTURE, LOADERS, library
from wrapped import Stage, run

ROOT = Path(__file__).parents[3]
CHANGES = st.lists(st.tuples(st.integers(0, 4095), st.binary(min_size=1, max_size=8)), max_size=6)
FILES = ("program", "library", "script")


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wrapper with sanitizers."""
    out = tmp_path_factory.mktemp("sanitized")
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--out", str(out), "--sanitize"]
    done = subprocess.run([*build, "--only", "wrap"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out / "sanitize" / "wrap"


@dataclass(repr=False)
class Shapes:
    """Files before they are changed."""

    files: dict[str, bytes]
    where: Path
    """Where the loader is that the program asks for, and so its libc.so.6."""


@pytest.fixture(scope="session")
def shapes(compiled: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Shapes:
    where = tmp_path_factory.mktemp("shapes")
    loader = where / LOADERS[ARCHITECTURE]
    loader.write_bytes(b"")
    system = f"{ARCHITECTURE}-linux-gnu.2.26"
    program = compiled("shape", "say.c", system, f"-Wl,--dynamic-linker={loader}", "-s")
    libc = library(compiled, "GLIBC_2.26")
    files = (program.read_bytes(), libc.read_bytes(), b"#! /bin/sh -x\n")
    return Shapes(dict(zip(FILES, files, strict=True)), where)


def mutated(data: bytes, changes: list[tuple[int, bytes]], kept: int) -> bytes:
    made = bytearray(data)
    for at, planted in changes:
        place = at % max(len(made), 1)
        made[place : place + len(planted)] = planted
    return bytes(made[: max(kept, 1)])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(change=("library", [(128, b"\x01")], 1160))  # structures at odd places
@given(change=st.tuples(st.sampled_from(FILES), CHANGES, st.integers(1, 40_000)))
def test_mutated_files_are_read_within_their_bounds(
    stage: Stage, checked: Path, shapes: Shapes, change: tuple[str, list[tuple[int, bytes]], int]
) -> None:
    """The guard is taken away and security asked for: whatever the file, it is refused, never started."""
    Path(stage.guard).unlink(missing_ok=True)
    files = dict(shapes.files)
    which, changes, kept = change
    files[which] = mutated(files[which], changes, kept)
    program = stage.root / "program"
    program.write_bytes(files["script"] if which == "script" else files["program"])
    program.chmod(0o755)
    (shapes.where / "libc.so.6").write_bytes(files["library"])
    variables = stage.plain(OUTRIDER_ON_FAILURE="security", ASAN_OPTIONS="detect_leaks=0")
    outcome = run([str(checked), str(program)], variables)
    assert outcome.status == 1, outcome.err
    assert "refusing to start" in outcome.troubles[0].message


def test_a_sanitizer_would_be_heard(checked: Path) -> None:
    assert b"__asan" in checked.read_bytes()
