"""The supervisor's build: reproducible, small, without warnings, for both architectures."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARCHITECTURES = {"x86_64": 62, "aarch64": 183}
"""Architecture → `e_machine` of its ELF header."""


def sources(where: Path) -> Path:
    return Path(shutil.copytree(ROOT / "native", where, ignore=shutil.ignore_patterns("__pycache__")))


def build(native: Path, out: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(native / "build.py"), "--out", str(out), *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def digests(out: Path) -> dict[str, str]:
    return {a: hashlib.sha256((out / a / "outrider-run").read_bytes()).hexdigest() for a in ARCHITECTURES}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both binaries, built from a copy of the sources."""
    where = tmp_path_factory.mktemp("first")
    done = build(sources(where / "native"), where / "out")
    assert done.returncode == 0, done.stderr
    return where / "out"


def test_two_builds_in_different_directories_are_identical(built: Path, tmp_path: Path) -> None:
    native = sources(tmp_path / "somewhere" / "else" / "src")
    assert build(native, tmp_path / "out").returncode == 0
    assert digests(tmp_path / "out") == digests(built)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_binary_is_a_small_static_program_of_its_architecture(built: Path, arch: str) -> None:
    binary = (built / arch / "outrider-run").read_bytes()
    assert len(binary) <= 150 * 1024
    assert binary[:4] == b"\x7fELF"
    assert int.from_bytes(binary[18:20], "little") == ARCHITECTURES[arch]
    assert b"ld-musl" not in binary
    assert b"ld-linux" not in binary
    assert str(ROOT).encode() not in binary


def test_an_unchanged_tree_is_not_compiled_again(built: Path) -> None:
    native = built.parent / "native"
    before = (built / "x86_64" / "outrider-run").stat().st_mtime_ns
    assert build(native, built).returncode == 0
    assert (built / "x86_64" / "outrider-run").stat().st_mtime_ns == before


def test_a_planted_warning_fails_the_build(tmp_path: Path) -> None:
    native = sources(tmp_path / "native")
    (native / "planted.c").write_text(
        "int planted(int unused);\nint planted(int unused) { int x; return 0; }\n"
    )
    done = build(native, tmp_path / "out", "--arch", "x86_64")
    assert done.returncode == 1
    assert "unused" in done.stderr


def test_a_binary_over_the_promised_size_fails_the_build(tmp_path: Path) -> None:
    native = sources(tmp_path / "native")
    main = next(path for path in native.glob("*.c") if "int main(" in path.read_text())
    main.write_text(
        main.read_text()
        + "\n__attribute__((used, retain)) static const char planted[200000] = {1, [199999] = 2};\n"
    )
    done = build(native, tmp_path / "out", "--arch", "x86_64")
    assert done.returncode == 1
    assert "the promise is at most" in done.stderr
