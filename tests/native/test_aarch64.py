"""The binary for the other architecture, under qemu-user: what needs no kernel works, the rest is said."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from supervised import Agent, policy

from outrider.model.event import FrameType

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "policy"
INDEX = json.loads((DATA / "index.json").read_text())
SECURITY = ("--on-failure", "security")
REFUSED = 70
ELF_AARCH64 = 183
"""EM_AARCH64, elf.h."""

Command = list[str]


@pytest.fixture(scope="module")
def built() -> Path:
    build = [sys.executable, str(ROOT / "native" / "build.py"), "--arch", "aarch64"]
    build += ["--only", "outrider-run"]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ROOT / "outrider" / "_native" / "aarch64" / "outrider-run"


@pytest.fixture(scope="module")
def emulated(built: Path) -> Command:
    """The first words of its command line here."""
    if os.uname().machine == "aarch64":
        return [str(built)]
    qemu = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
    assert qemu, "no qemu-aarch64: apt-get install qemu-user-static"
    return [qemu, str(built)]


def run(*command: str | Path, **settings: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        **settings,
    )


def test_it_is_static_and_for_aarch64(built: Path) -> None:
    elf = built.read_bytes()
    assert elf[:5] == b"\x7fELF\x02"
    assert int.from_bytes(elf[18:20], "little") == ELF_AARCH64
    assert b"/ld-musl" not in elf, "no interpreter: nothing of the image is needed"
    assert len(elf) <= 150 * 1024


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_it_says_the_same_as_the_other(option: str, emulated: Command, binary: Path) -> None:
    here, there = run(binary, option), run(*emulated, option)
    assert (there.returncode, there.stdout, there.stderr) == (0, here.stdout, "")


@pytest.mark.parametrize("key", [(), ("--key", INDEX["key"])], ids=["no-key", "key"])
def test_it_judges_every_blob_as_the_other_does(
    key: tuple[str, ...], emulated: Command, binary: Path
) -> None:
    for entry in INDEX["blobs"]:
        here = run(binary, "check", DATA / entry["file"], *key)
        there = run(*emulated, "check", DATA / entry["file"], *key)
        answers = [(done.returncode, done.stdout, done.stderr) for done in (here, there)]
        assert answers[0] == answers[1], entry["file"]


def test_usage_is_the_same(emulated: Command) -> None:
    assert run(*emulated, "--what").returncode == 2
    assert run(*emulated, "--", "/no/such/program").returncode == 127


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    made = tmp_path / "volume"
    for name in ("policy", "run"):
        (made / name).mkdir(parents=True)
    (made / "policy" / "app.policy").write_bytes(policy("block"))
    return made


emulation_only = pytest.mark.skipif(os.uname().machine == "aarch64", reason="a real aarch64 protects")


@emulation_only
def test_where_nothing_can_be_protected_it_starts_and_says_so(emulated: Command, volume: Path) -> None:
    """qemu-user knows no seccomp filters: as on a kernel without user notification."""
    agent = Agent(volume / "run" / "agent.sock")
    done = run(*emulated, "--dir", volume, "--", "/bin/sh", "-c", "echo it runs; exit 7")
    assert (done.returncode, done.stdout) == (7, "it runs\n")
    assert "starting WITHOUT protection" in done.stderr
    started = agent.wait(lambda e: e.type is FrameType.START)
    agent.close()
    assert started.engine == "none"
    assert started.message
    assert started.message in done.stderr
    assert started.kernel.endswith(" aarch64")
    assert agent.broken == []


@emulation_only
def test_where_nothing_can_be_protected_security_refuses(emulated: Command, volume: Path) -> None:
    done = run(*emulated, "--dir", volume, *SECURITY, "--", "/bin/sh", "-c", "echo it runs")
    assert (done.returncode, done.stdout) == (REFUSED, "")
    assert "refusing to start" in done.stderr


def test_the_probe_says_what_there_is(emulated: Command) -> None:
    done = run(*emulated, "probe")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["machine"] == "aarch64"
    assert said["engine"] in {"preload", "notify"}
