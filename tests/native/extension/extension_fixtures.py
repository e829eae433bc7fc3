"""The extension, with sanitizers and as it ships, and a platform for each test."""

import platform as machine
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from running import Running
from strict_platform import StrictPlatform

ROOT = Path(__file__).parents[3]
NATIVE = ROOT / "native"
PROGRAMS = Path(__file__).parent / "programs"
MACHINE = machine.machine()
SHARED = ("sha256.c", "base64.c", "policy_find.c", "text.c", "verdict.c")
SANITIZE = (
    *("gcc", "-g", "-O1", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", f"-I{NATIVE}"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"),
)
Start = Callable[..., Running]


def run(command: Sequence[str | Path]) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With ASan and UBSan, and without TLS."""
    where = tmp_path_factory.mktemp("sanitized")
    zig = [
        sys.executable,
        "-m",
        "ziglang",
        "build-obj",
        "-target",
        f"{MACHINE}-linux-gnu",
        "-O",
        "ReleaseSmall",
    ]
    run([*zig, "-fstrip", "-fPIC", f"-femit-bin={where}/ed25519.o", NATIVE / "ed25519.zig"])
    sources = [*sorted((NATIVE / "extension").glob("*.c")), *(NATIVE / name for name in SHARED)]
    run([*SANITIZE, "-o", where / "extension", *sources, PROGRAMS / "no_tls.c", where / "ed25519.o"])
    return where / "extension"


@pytest.fixture(scope="session")
def shipped() -> Path:
    build = [sys.executable, str(NATIVE / "build.py"), "--only", "extension", "--arch", MACHINE]
    run(build)
    return ROOT / "outrider" / "_native" / MACHINE / "extension"


@pytest.fixture
def platform() -> Iterator[StrictPlatform]:
    made = StrictPlatform()
    yield made
    made.close()
    assert made.broken == []


def _starter(binary: Path, place: Path, platform: StrictPlatform) -> Iterator[Start]:
    started: list[Running] = []

    def start(*, upstream: StrictPlatform | None = None, **environment: str) -> Running:
        started.append(Running(binary, place, upstream or platform, **environment))
        return started[-1]

    yield start
    for one in started:
        one.end()
        assert not one.sanitizer_report(), one.sanitizer_report()


@pytest.fixture
def start(sanitized: Path, tmp_path: Path, platform: StrictPlatform) -> Iterator[Start]:
    """Starts the extension built with ASan and UBSan."""
    yield from _starter(sanitized, tmp_path, platform)


@pytest.fixture
def start_shipped(shipped: Path, tmp_path: Path, platform: StrictPlatform) -> Iterator[Start]:
    """Starts the extension as it ships: where memory is measured."""
    yield from _starter(shipped, tmp_path, platform)


@pytest.fixture
def running(start: Start) -> Running:
    return start()
