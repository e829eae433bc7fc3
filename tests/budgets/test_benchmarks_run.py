"""The benchmarks work, and the one budget that is no matter of time is kept. No time is asserted."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MAX_BYTES = 150 * 1024
VARIANTS = {"bare", "alert", "block", "ptrace"}


@pytest.fixture(scope="module")
def binaries() -> dict[str, Path]:
    """Both architectures' supervisors, built when their sources changed."""
    build = [sys.executable, str(ROOT / "native" / "build.py")]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.parent.name: path for path in (ROOT / "outrider" / "_native").glob("*/outrider-run")}


@pytest.fixture(scope="module")
def measured(binaries: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A quick run of two benchmarks."""
    assert platform.machine() in binaries
    out = tmp_path_factory.mktemp("benchmarks")
    files = ("--json", out / "figures.json", "--markdown", out / "figures.md")
    done = _benchmarks("--quick", "--only", "connect,bind", *map(str, files), temporary=out)
    assert done.returncode == 0, done.stdout + done.stderr
    figures: dict[str, Any] = json.loads((out / "figures.json").read_text())
    return figures | {"shown": done.stdout, "markdown": (out / "figures.md").read_text(), "place": out}


def _benchmarks(*arguments: str, temporary: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "benchmarks", *arguments)
    environment = os.environ | ({"TMPDIR": str(temporary)} if temporary else {})
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_the_supervisor_keeps_its_size_budget(architecture: str, binaries: dict[str, Path]) -> None:
    assert 0 < binaries[architecture].stat().st_size <= MAX_BYTES


def test_every_series_has_every_variant_and_its_raw_numbers(measured: dict[str, Any]) -> None:
    series = {(result["benchmark"], result["series"]) for result in measured["results"]}
    assert series == {("connect", "tcp"), ("connect", "udp"), ("bind", "bind")}
    for result in measured["results"]:
        assert result["variants"].keys() == VARIANTS
        for name, variant in result["variants"].items():
            assert len(variant["values"]) >= 2
            assert 0 < variant["min"] <= variant["median"] <= variant["max"]
            assert ("ratio" in variant) == ("added" in variant) == (name != "bare")


def test_a_run_says_what_it_was_measured_on(measured: dict[str, Any]) -> None:
    host = measured["host"]
    assert host["kernel"].startswith(platform.release())
    assert host["engine"] == "notify"
    assert host["features"]
    assert host["cpu"]
    assert host["file_systems"].keys() == {"tmpfs", "disk"}
    assert measured["quick"] is True


def test_the_supervised_trials_were_supervised(measured: dict[str, Any]) -> None:
    agent = measured["agent"]
    assert agent["supervisors"] == 2 * sum(
        len(result["variants"]["bare"]["values"])
        for result in measured["results"]
        if result["series"] != "udp"  # measured in the process that measured tcp
    )
    assert agent["emitted"] == agent["received"] + agent["dropped"]
    assert agent["stopped"] == {}


def test_what_is_shown_says_that_a_quick_run_is_not_to_be_quoted(measured: dict[str, Any]) -> None:
    for said in (measured["shown"], measured["markdown"]):
        assert "not to be quoted" in said or "too short to be quoted" in said
        assert "connect, TCP, loopback" in said
        assert "size of the supervisor" in said


def test_an_unknown_benchmark_is_refused_with_the_names_there_are() -> None:
    done = _benchmarks("--only", "conect")
    assert done.returncode == 2
    assert "no such benchmark: conect" in done.stderr
    assert "connect" in done.stderr


def test_nothing_is_left_behind(measured: dict[str, Any]) -> None:
    place = measured["place"]
    assert sorted(path.name for path in place.iterdir()) == ["figures.json", "figures.md"]
    running = [path.parent for path in Path("/proc").glob("[0-9]*/cmdline") if str(place) in _read(path)]
    assert running == []


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
