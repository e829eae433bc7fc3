"""SHA-256 in the supervisor: by plain code and by the processor's instructions, on both architectures."""

import hashlib
import platform
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "programs" / "hashes.c"
FLAGS = ("-static", "-Os", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror")
SIZES = (0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 1000, 70_001)


@pytest.fixture(scope="module", params=["x86_64", "aarch64"])
def hashes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command, through an emulator where that is needed."""
    machine = request.param
    made = tmp_path_factory.mktemp(machine) / "hashes"
    zig = [sys.executable, "-m", "ziglang", "cc", "-target", f"{machine}-linux-musl", *FLAGS]
    done = subprocess.run([*zig, "-o", made, SOURCE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    if machine == platform.machine():
        return [str(made)]
    emulator = shutil.which(f"qemu-{machine}-static") or shutil.which(f"qemu-{machine}")
    assert emulator, f"no qemu-{machine}: apt-get install qemu-user-static"
    return [emulator, str(made)]


@pytest.mark.parametrize("piece", [1, 63, 64, 65, 1 << 20])
def test_hashes_are_right(hashes: list[str], piece: int) -> None:
    generator = random.Random(20261128)  # noqa: S311 - a seed, so that a failure comes again
    for size in SIZES:
        data = generator.randbytes(size)
        done = subprocess.run([*hashes, str(piece)], input=data, capture_output=True, check=True)
        plain, quick = done.stdout.decode().split()
        assert plain == hashlib.sha256(data).hexdigest(), size
        assert quick in {plain, "none"}, size


def test_an_emulated_processor_has_the_instructions(hashes: list[str]) -> None:
    """So the quick way is looked at on at least one machine."""
    done = subprocess.run([*hashes, "64"], input=b"x", capture_output=True, check=True)
    assert b"none" not in done.stdout or len(hashes) == 1
