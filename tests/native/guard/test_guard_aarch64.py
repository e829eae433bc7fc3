"""The other architecture's object, under emulation, with its own glibc (Debian's libc6-arm64-cross)."""

import difflib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from conftest import build
from function import Function, policy

from outrider.model.event import FrameType, Kind, Verdict

LIBC = Path("/usr/aarch64-linux-gnu")
TARGET = "aarch64-linux-gnu.2.28"


class Emulated:
    """Runs a program for aarch64, with the guard or without."""

    def __init__(self, place: Path) -> None:
        emulator = shutil.which("qemu-aarch64-static")
        assert emulator and LIBC.is_dir(), "apt-get install qemu-user-static libc6-arm64-cross"
        self.emulator = emulator
        self.function = Function(build("aarch64"), place)
        self.extension = self.function.listen()

    def run(self, command: Sequence[str | Path], blob: bytes | None, name: str) -> str:
        """What it printed."""
        given = self.function.environment(blob or policy())
        ours = {k: v for k, v in given.items() if k.startswith(("LD_", "OUTRIDER_"))}
        words = [word for k, v in ours.items() for word in ("-E", f"{k}={v}")] if blob else []
        where = self.function.place / name
        where.mkdir()
        done = subprocess.run(
            [self.emulator, "-L", LIBC, *words, *command],
            env={k: v for k, v in given.items() if k not in ours},
            cwd=where,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, done
        return done.stdout


@pytest.fixture
def emulated(tmp_path: Path) -> Emulated:
    """In an environment of its own."""
    return Emulated(tmp_path)


def test_the_same_answers(emulated: Emulated, compiled: Callable[..., Path]) -> None:
    """As on this machine; and nothing is left to symbols."""
    program = compiled("fidelity", TARGET)
    bare = emulated.run([program], None, "bare").splitlines()
    guarded = emulated.run([program], policy(), "guarded").splitlines()
    assert list(difflib.unified_diff(bare, guarded, lineterm="", n=0)) == []
    (start,) = [event for event in emulated.extension.events if event.type is FrameType.START]
    assert not [word for word in start.features if word.startswith("unpatched")], start.features


def test_decisions(emulated: Emulated, compiled: Callable[..., Path]) -> None:
    """Calls by number, and hooks that cannot be undone."""
    out = emulated.run([compiled("act", TARGET), "279", "0"], policy(syscall="block"), "act")
    assert out == "-1 13\n"
    out = emulated.run([compiled("tamper", TARGET)], policy(), "tamper")
    assert out.splitlines()[-1] == "entry kept"
    found = {(event.kind, event.target) for event in emulated.extension.acts(verdict=Verdict.BLOCK)}
    assert {(Kind.SYSCALL, "memfd_create"), (Kind.SYSCALL, "mprotect_guard")} <= found
