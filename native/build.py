"""Build what runs inside a container or a function, with the C compiler inside the `ziglang` package.

    python native/build.py [--out DIR] [--arch ARCH] [--only NAME] [--sanitize | --undefined] [--force]

Results are `DIR/<arch>/<name>` for each row of TARGETS. They depend on the sources and the compiler's version
only: two builds in different directories are equal byte for byte. A target whose inputs have not changed is
skipped.
"""

import argparse
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

SOURCES = Path(__file__).resolve().parent
ARCHITECTURES = ("x86_64", "aarch64")

WARNINGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]
SMALL = [
    *("-Os", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-Wl,--build-id=none", "-s"),
    "-Wno-unused-command-line-argument",
]
STATIC = [
    *("-static", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-fomit-frame-pointer"),
    *("-Xclang", "-Oz"),  # zig cc takes -Oz for -Os
]
PRELOAD = [
    *("-shared", "-fPIC", "-fvisibility=hidden", "-ftls-model=initial-exec"),
    *("-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,nodelete"),
]
"""Of the object that enters each process of a function. It keeps its unwind tables: a thread may be
cancelled, or a C++ exception thrown, through one of its frames."""

SANITIZE = [
    "-g",
    "-O1",
    "-fno-omit-frame-pointer",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
]

UNDEFINED = ("-g", "-fsanitize=undefined,local-bounds", "-fsanitize-trap=undefined,local-bounds")
"""Whatever C does not define ends the process at once (SIGILL). No runtime is needed: the binary is static
and makes threads and twins by itself as the shipped one does, which the address sanitizer's runtime does not
stand. For all that runs the supervisor for real: `make undefined`."""


@dataclass(frozen=True)
class Target:
    """One binary: its file name, where its sources are, for which system, and how large it may become."""

    name: str
    sources: tuple[str, ...]
    """Patterns below native/: *.c and *.zig. The headers beside them are inputs too."""
    system: str
    """What follows the architecture in the compiler's target."""
    flags: tuple[str, ...]
    max_bytes: int


FINDING = ("base64.c", "ed25519.zig", "policy_find.c", "text.c", "verdict.c")
"""What every program needs that looks for a function's policy."""

TARGETS = (
    Target("outrider-run", ("*.c", "*.zig"), "linux-musl", tuple(STATIC), 150 * 1024),
    Target("wrap", ("wrap/*.c", *FINDING), "linux-musl", tuple(STATIC), 80 * 1024),
    Target(
        "extension",
        ("extension/*.c", "extension/*.zig", "sha256.c", *FINDING),
        "linux-musl",
        tuple(STATIC),
        700 * 1024,
    ),
    Target(
        "guard.so",
        ("guard/*.c", "command_line.c", "script.c", "sha256.c", *FINDING),
        "linux-gnu.2.26",
        tuple(PRELOAD),
        160 * 1024,
    ),
)
"""In every container or function there is one of these or more: their sizes are promises of the README."""


TRAPPING_BYTES = 2 << 20
"""Nothing ships with traps: a bound is there so that one is."""


class BuildFailed(Exception):
    """The compiler refused, or the result is not what we promise."""


def build(
    out: Path,
    arch: str,
    *,
    targets: Sequence[Target] = TARGETS,
    force: bool = False,
    sources: Path = SOURCES,
) -> list[Path]:
    """Compile targets for `arch` into `out/<arch>/`; return the paths. What has not changed is skipped."""
    (out / arch).mkdir(parents=True, exist_ok=True)
    return [_build_one(out / arch / target.name, arch, target, force, sources) for target in targets]


def _build_one(made: Path, arch: str, target: Target, force: bool, sources: Path) -> Path:
    stamp = made.with_name(f"{target.name}.inputs")
    with _alone(made.parent / ".lock"):
        inputs = fingerprint(arch, target, sources)
        if not force and made.is_file() and stamp.is_file() and stamp.read_text() == inputs:
            return made
        with tempfile.TemporaryDirectory(dir=made.parent) as name:
            fresh = _compile(Path(name), arch, target, sources, force)
            size = fresh.stat().st_size
            if size > target.max_bytes:
                raise BuildFailed(
                    f"{arch}: {target.name} is {size} bytes; the promise is at most {target.max_bytes}"
                )
            fresh.chmod(0o755)
            fresh.replace(made)
            stamp.write_text(inputs)
    return made


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One build at a time writes into a directory: a stamp must belong to the binary beside it."""
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def build_sanitized(out: Path, target: Target, *, sources: Path = SOURCES) -> Path:
    """Compile with ASan and UBSan for this machine, with its own gcc or clang; for tests only."""
    compiler = next((c for c in ("gcc", "clang") if shutil.which(c)), None)
    if compiler is None:
        raise BuildFailed("no gcc or clang here: install one (apt-get install gcc) for the sanitizer build")
    made = out / "sanitize" / target.name
    made.parent.mkdir(parents=True, exist_ok=True)
    flags = [flag for flag in target.flags if flag not in STATIC]
    with tempfile.TemporaryDirectory(dir=made.parent) as name:
        work = Path(name)
        objects = _zig_objects(work, f"{platform.machine()}-linux-gnu", target, sources, "-fPIC")
        fresh = work / target.name
        c_files = _files(target, sources, ".c")
        _run([compiler, *WARNINGS, *SANITIZE, *flags, f"-I{sources}", "-o", str(fresh), *c_files, *objects])
        fresh.replace(made)
    return made


def with_traps(target: Target) -> Target:
    """The target with a trap at everything C does not define; for tests only."""
    return replace(target, flags=(*target.flags, *UNDEFINED), max_bytes=TRAPPING_BYTES)


def fingerprint(arch: str, target: Target, sources: Path = SOURCES) -> str:
    """SHA-256 over everything that decides the bytes of the result."""
    digest = hashlib.sha256(f"{arch} ziglang={version('ziglang')}".encode())
    inputs = {Path(name) for suffix in (".c", ".zig") for name in _files(target, sources, suffix)}
    headers = {
        header for folder in {sources, *(path.parent for path in inputs)} for header in folder.glob("*.h")
    }
    for path in sorted(inputs | headers | {sources / "build.py"}):
        digest.update(f"\n{path.relative_to(sources)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _compile(work: Path, arch: str, target: Target, sources: Path, force: bool) -> Path:
    made = work / target.name
    system = f"{arch}-{target.system}"
    pic = ("-fPIC",) if "-shared" in target.flags else ()
    objects = _zig_objects(work, system, target, sources, *pic, force=force)
    places = [f"-I{sources}", f"-ffile-prefix-map={sources}=native"]
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", system]
    c_files = _files(target, sources, ".c")
    _run([*zig, *WARNINGS, *SMALL, *target.flags, *places, "-o", str(made), *c_files, *objects])
    return made


def _zig_objects(
    work: Path, system: str, target: Target, sources: Path, *flags: str, force: bool = False
) -> list[str]:
    """Objects of the Zig files (code the compiler's own library gives us), compiled beside the result.

    A TLS client takes Zig ten seconds, each time anew: what was compiled before is kept in the user's cache.
    """
    objects = []
    for path in _files(target, sources, ".zig"):
        made = work / f"{Path(path).stem}.o"
        options = ["-target", system, "-O", "ReleaseSmall", "-fstrip", "-fsingle-threaded", *flags]
        options += ["-fno-unwind-tables"] if "-fno-unwind-tables" in target.flags else []
        key = hashlib.sha256(repr([version("ziglang"), options]).encode() + Path(path).read_bytes())
        kept = _kept() / f"{key.hexdigest()}.o"
        if force or not kept.is_file():
            zig = [sys.executable, "-m", "ziglang", "build-obj", *options]
            _run([*zig, f"-femit-bin={made}", path])
            kept.parent.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_suffix(f".{os.getpid()}")
            shutil.copyfile(made, fresh)
            fresh.replace(kept)
        else:
            shutil.copyfile(kept, made)
        objects.append(str(made))
    return objects


def _kept() -> Path:
    """Where objects are kept between builds; nothing there is needed."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("HOME") or tempfile.gettempdir()
    name = "outrider-zig" if os.environ.get("XDG_CACHE_HOME") else ".cache/outrider-zig"
    return Path(home) / name


def _files(target: Target, sources: Path, suffix: str) -> list[str]:
    """The target's sources that end so. Raises BuildFailed: a pattern that finds nothing."""
    found: set[Path] = set()
    for pattern in target.sources:
        matched = set(sources.glob(pattern))
        if not matched:
            raise BuildFailed(f"{target.name}: no {pattern} in {sources}")
        found |= {path for path in matched if path.suffix == suffix}
    return [str(path) for path in sorted(found)]


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


def _asked(options: argparse.Namespace) -> Iterator[Path]:
    """Build what the command line asks for, one target after the other."""
    for target in TARGETS:
        if options.only and target.name not in options.only:
            continue
        if options.sanitize:
            yield build_sanitized(options.out, target)
            continue
        built = with_traps(target) if options.undefined else target
        for arch in options.arch or ARCHITECTURES:
            yield from build(options.out, arch, targets=[built], force=options.force)


def main() -> int:
    """Command line of the build."""
    names = [target.name for target in TARGETS]
    parser = argparse.ArgumentParser(description="build what runs inside a container or a function")
    parser.add_argument("--out", type=Path, default=SOURCES.parent / "outrider" / "_native")
    parser.add_argument("--arch", choices=ARCHITECTURES, action="append", help="default: both")
    parser.add_argument("--only", choices=names, action="append", help="default: all of them")
    parser.add_argument("--sanitize", action="store_true", help="ASan and UBSan, for this machine, for tests")
    parser.add_argument("--undefined", action="store_true", help="traps at undefined behaviour, for tests")
    parser.add_argument("--force", action="store_true", help="build even when nothing changed")
    options = parser.parse_args()
    try:
        for made in _asked(options):
            print(f"{made} {made.stat().st_size} bytes")
    except BuildFailed as failed:
        print(f"native/build.py: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
