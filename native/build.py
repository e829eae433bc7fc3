"""Build `outrider-run` for both architectures with the C compiler inside the `ziglang` package.

    python native/build.py [--out DIR] [--arch x86_64|aarch64] [--sanitize] [--force]

The result depends on the sources and the compiler's version only: two builds in different directories are
equal byte for byte. A build whose inputs have not changed is skipped.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

SOURCES = Path(__file__).resolve().parent
PROGRAM = "outrider-run"
ARCHITECTURES = ("x86_64", "aarch64")
MAX_BYTES = 150 * 1024
"""The supervisor sits in every protected container: its size is a promise of the README."""

WARNINGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]
RELEASE = [
    *("-Os", "-static", "-ffunction-sections", "-fdata-sections", "-fno-asynchronous-unwind-tables"),
    *("-Wl,--gc-sections", "-Wl,--build-id=none", "-s", "-Wno-unused-command-line-argument"),
]
SANITIZE = [
    "-g",
    "-O1",
    "-fno-omit-frame-pointer",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
]


class BuildFailed(Exception):
    """The compiler refused, or the result is not what we promise."""


def build(out: Path, arch: str, *, force: bool = False, sources: Path = SOURCES) -> Path:
    """Compile for `arch` into `out/<arch>/outrider-run`; return that path. Skips when nothing changed."""
    target = out / arch / PROGRAM
    stamp = target.with_name(f"{PROGRAM}.inputs")
    inputs = fingerprint(arch, sources)
    if not force and target.is_file() and stamp.is_file() and stamp.read_text() == inputs:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        work = Path(name)
        made = _compile(work, arch, sources)
        size = made.stat().st_size
        if size > MAX_BYTES:
            raise BuildFailed(f"{arch}: {PROGRAM} is {size} bytes; the promise is at most {MAX_BYTES}")
        made.chmod(0o755)
        made.replace(target)
        stamp.write_text(inputs)
    return target


def build_sanitized(out: Path, *, sources: Path = SOURCES) -> Path:
    """Compile with ASan and UBSan for this machine, with its own gcc or clang; for tests only."""
    compiler = next((c for c in ("gcc", "clang") if shutil.which(c)), None)
    if compiler is None:
        raise BuildFailed("no gcc or clang here: install one (apt-get install gcc) for the sanitizer build")
    target = out / "sanitize" / PROGRAM
    target.parent.mkdir(parents=True, exist_ok=True)
    objects = _zig_objects(target.parent, f"{platform.machine()}-linux-gnu", sources, "-fPIC")
    _run([compiler, *WARNINGS, *SANITIZE, "-o", str(target), *_c_files(sources), *objects])
    return target


def fingerprint(arch: str, sources: Path = SOURCES) -> str:
    """SHA-256 over everything that decides the bytes of the result."""
    digest = hashlib.sha256(f"{arch} ziglang={version('ziglang')}".encode())
    for path in sorted(
        p for p in sources.iterdir() if p.suffix in {".c", ".h", ".zig"} or p.name == "build.py"
    ):
        digest.update(f"\n{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _compile(work: Path, arch: str, sources: Path) -> Path:
    made = work / PROGRAM
    objects = _zig_objects(work, f"{arch}-linux-musl", sources)
    prefix_map = f"-ffile-prefix-map={sources}=native"
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", f"{arch}-linux-musl"]
    _run([*zig, *WARNINGS, *RELEASE, prefix_map, "-o", str(made), *_c_files(sources), *objects])
    return made


def _zig_objects(work: Path, target: str, sources: Path, *flags: str) -> list[str]:
    """Compile each Zig file (code the compiler's own library gives us) to an object beside the result."""
    objects = []
    for path in sorted(sources.glob("*.zig")):
        made = work / f"{path.stem}.o"
        zig = [sys.executable, "-m", "ziglang", "build-obj", "-target", target, "-O", "ReleaseSmall"]
        _run([*zig, "-fstrip", *flags, f"-femit-bin={made}", str(path)])
        objects.append(str(made))
    return objects


def _c_files(sources: Path) -> list[str]:
    files = [str(path) for path in sorted(sources.glob("*.c"))]
    if not files:
        raise BuildFailed(f"no C files in {sources}")
    return files


def _run(command: Sequence[str]) -> None:
    """Run a compiler; its words are the error's words."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())  # noqa: S603
    if done.returncode:
        raise BuildFailed(f"{command[0]} … exited {done.returncode}\n{done.stdout}{done.stderr}")


def _environment() -> dict[str, str]:
    """The caller's environment, less what would leak into the bytes or add flags."""
    kept = {k: v for k, v in os.environ.items() if k not in {"CFLAGS", "CPPFLAGS", "LDFLAGS"}}
    if "HOME" not in kept:
        kept.setdefault("ZIG_GLOBAL_CACHE_DIR", str(Path(tempfile.gettempdir()) / "outrider-zig-cache"))
    return kept


def main() -> int:
    """Command line of the build."""
    parser = argparse.ArgumentParser(description="build outrider-run")
    parser.add_argument("--out", type=Path, default=SOURCES.parent / "outrider" / "_native")
    parser.add_argument("--arch", choices=ARCHITECTURES, action="append", help="default: both")
    parser.add_argument("--sanitize", action="store_true", help="ASan and UBSan, for this machine, for tests")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    options = parser.parse_args()
    try:
        if options.sanitize:
            print(build_sanitized(options.out))
            return 0
        for arch in options.arch or ARCHITECTURES:
            made = build(options.out, arch, force=options.force)
            print(f"{made} {made.stat().st_size} bytes")
    except BuildFailed as failed:
        print(f"native/build.py: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
