"""The native build: reproducible, small, without warnings, for both architectures; what each binary needs."""

import hashlib
import re
import runpy
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parents[2]
ARCHITECTURES = {"x86_64": 62, "aarch64": 183}
"""Architecture → `e_machine` of its ELF header."""

MOST = {
    "outrider-run": 150 * 1024,
    "wrap": 80 * 1024,
    "extension": 700 * 1024,
    "guard.so": 160 * 1024,
}
STATIC = ("outrider-run", "wrap", "extension")
NEWEST_GLIBC = (2, 26)
"""Amazon Linux 2's."""


def sources(where: Path) -> Path:
    return Path(shutil.copytree(ROOT / "native", where, ignore=shutil.ignore_patterns("__pycache__")))


def build(native: Path, out: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(native / "build.py"), "--out", str(out), *flags]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def digests(out: Path) -> dict[str, str]:
    return {
        f"{arch}/{name}": hashlib.sha256((out / arch / name).read_bytes()).hexdigest()
        for arch in ARCHITECTURES
        for name in MOST
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All binaries, built from a copy of the sources."""
    where = tmp_path_factory.mktemp("first")
    done = build(sources(where / "native"), where / "out")
    assert done.returncode == 0, done.stderr
    return where / "out"


def test_two_builds_in_different_directories_are_identical(built: Path, tmp_path: Path) -> None:
    """Once with every object compiled anew, once with what the user's cache has."""
    native = sources(tmp_path / "somewhere" / "else" / "src")
    assert build(native, tmp_path / "out", "--arch", "x86_64", "--force").returncode == 0
    assert build(native, tmp_path / "out", "--arch", "aarch64").returncode == 0
    assert digests(tmp_path / "out") == digests(built)


@pytest.mark.parametrize("name", MOST)
@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_binary_is_small_and_of_its_architecture(built: Path, arch: str, name: str) -> None:
    binary = (built / arch / name).read_bytes()
    assert len(binary) <= MOST[name]
    assert binary[:4] == b"\x7fELF"
    assert int.from_bytes(binary[18:20], "little") == ARCHITECTURES[arch]
    assert str(ROOT).encode() not in binary
    assert str(built.parent).encode() not in binary


@pytest.mark.parametrize("name", STATIC)
@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_program_needs_nothing_but_the_kernel(built: Path, arch: str, name: str) -> None:
    binary = (built / arch / name).read_bytes()
    assert PT_INTERP not in segments(binary)
    assert PT_DYNAMIC not in segments(binary)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_guard_needs_no_newer_glibc_and_no_other_library(built: Path, arch: str) -> None:
    binary = (built / arch / "guard.so").read_bytes()
    versions = set(re.findall(rb"GLIBC_(\d+)\.(\d+)", binary))
    assert versions
    assert max((int(major), int(minor)) for major, minor in versions) <= NEWEST_GLIBC
    assert needed(binary) <= GLIBC
    assert PT_INTERP not in segments(binary)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_nothing_asks_for_an_executable_stack(built: Path, arch: str) -> None:
    for name in MOST:
        flags = segments((built / arch / name).read_bytes())
        assert PT_GNU_STACK in flags
        assert not flags[PT_GNU_STACK] & PF_X


GLIBC = {"libc.so.6", "libdl.so.2", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_GNU_STACK, PF_X = 1, 2, 3, 0x6474E551, 1
DT_NEEDED, DT_STRTAB = 1, 5


def headers(binary: bytes) -> list[tuple[int, ...]]:
    """Type, flags, offset, address, _, size of each segment of a 64-bit little-endian ELF file."""
    start, size, count = struct.unpack_from("<32xQ14xHH", binary)
    return [struct.unpack_from("<IIQQQQ", binary, start + size * number) for number in range(count)]


def segments(binary: bytes) -> dict[int, int]:
    """Type → flags of its segments."""
    return {header[0]: header[1] for header in headers(binary)}


def needed(binary: bytes) -> set[str]:
    """Names of the libraries it is linked with."""
    [(_, _, start, _, _, size)] = [header for header in headers(binary) if header[0] == PT_DYNAMIC]
    entries = list(struct.iter_unpack("<QQ", binary[start : start + size]))
    [strings] = [value for tag, value in entries if tag == DT_STRTAB]
    [at] = [
        offset + strings - address
        for kind, _, offset, address, _, length in headers(binary)
        if kind == PT_LOAD and address <= strings < address + length
    ]
    names = [at + value for tag, value in entries if tag == DT_NEEDED]
    return {binary[name : binary.index(b"\0", name)].decode() for name in names}


def test_an_unchanged_tree_is_not_compiled_again(built: Path) -> None:
    native = built.parent / "native"
    before = {path: path.stat().st_mtime_ns for path in built.glob("*/*")}
    assert build(native, built).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in built.glob("*/*") if path in before} == before


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ("guard/decide.c", {"guard.so"}),
        ("wrap/main.c", {"wrap"}),
        ("wrap/wrap.h", {"wrap"}),
        ("extension/main.c", {"extension"}),
        ("launch.c", {"outrider-run"}),
        ("policy_find.c", {"outrider-run", "wrap", "extension", "guard.so"}),
        ("wire.h", {"outrider-run", "wrap", "extension", "guard.so"}),
        ("build.py", {"outrider-run", "wrap", "extension", "guard.so"}),
    ],
)
def test_a_change_makes_stale_what_is_made_of_it(tmp_path: Path, changed: str, stale: set[str]) -> None:
    native = sources(tmp_path / "native")
    script = runpy.run_path(str(native / "build.py"))

    def fingerprints() -> dict[str, str]:
        return {target.name: script["fingerprint"]("x86_64", target, native) for target in script["TARGETS"]}

    before = fingerprints()
    with (native / changed).open("a") as file:
        file.write("\n")
    after = fingerprints()
    assert {name for name in before if before[name] != after[name]} == stale


@pytest.mark.parametrize(("folder", "name"), [("", "outrider-run"), ("wrap", "wrap")])
def test_a_planted_warning_fails_the_build(tmp_path: Path, folder: str, name: str) -> None:
    native = sources(tmp_path / "native")
    (native / folder / "planted.c").write_text(
        "int planted(int unused);\nint planted(int unused) { int x; return 0; }\n"
    )
    done = build(native, tmp_path / "out", "--arch", "x86_64", "--only", name)
    assert done.returncode == 1
    assert "unused" in done.stderr


@pytest.mark.parametrize(
    ("folder", "name"),
    [("", "outrider-run"), ("wrap", "wrap"), ("extension", "extension"), ("guard", "guard.so")],
)
def test_a_binary_over_the_promised_size_fails_the_build(tmp_path: Path, folder: str, name: str) -> None:
    native = sources(tmp_path / "native")
    (native / folder / "planted.c").write_text(
        "__attribute__((used, retain)) static const char planted[800000] = {1, [799999] = 2};\n"
    )
    done = build(native, tmp_path / "out", "--arch", "x86_64", "--only", name)
    assert done.returncode == 1
    assert "the promise is at most" in done.stderr


def test_sources_that_are_not_there_fail_the_build(tmp_path: Path) -> None:
    native = sources(tmp_path / "native")
    shutil.rmtree(native / "wrap")
    done = build(native, tmp_path / "out", "--arch", "x86_64", "--only", "wrap")
    assert done.returncode == 1
    assert "no wrap/*.c" in done.stderr
