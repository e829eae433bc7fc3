"""The function's benchmarks work, and the budget that is no matter of time is kept. No time is asserted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MAX_KIB = 1024


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A quick run of what needs no function."""
    build = [sys.executable, str(ROOT / "native" / "build.py")]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    out = tmp_path_factory.mktemp("benchmarks") / "figures.json"
    words = ("--quick", "--only", "function-calls,function-wrap,function-size", "--json", str(out))
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks", *words), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures: dict[str, Any] = json.loads(out.read_text())
    return figures | {"shown": done.stdout}


def results(measured: dict[str, Any], benchmark: str) -> dict[str, Any]:
    return {one["series"]: one["variants"] for one in measured["results"] if one["benchmark"] == benchmark}


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_the_layer_keeps_its_size_budget(architecture: str, measured: dict[str, Any]) -> None:
    (size,) = results(measured, "function-size")[architecture]["block"]["values"]
    assert 0 < size <= MAX_KIB


def test_every_call_is_measured_without_and_with_the_guard(measured: dict[str, Any]) -> None:
    calls = results(measured, "function-calls")
    assert calls.keys() == {"write", "read", "connect", "sendto", "mprotect"}
    for variants in calls.values():
        assert variants.keys() == {"bare", "block", "bare again"}
        assert all(value > 0 for variant in variants.values() for value in variant["values"])


def test_the_wrapper_is_measured_beside_the_guard_alone(measured: dict[str, Any]) -> None:
    (start,) = results(measured, "function-wrap").values()
    assert start.keys() == {"bare", "block", "bare again"}
    assert all(value > 0 for variant in start.values() for value in variant["values"])


def test_the_promises_are_judged(measured: dict[str, Any]) -> None:
    assert "one allowed call under the function guard" in measured["shown"]
    assert "the exec wrapper of a function" in measured["shown"]
    assert "size of the layer" in measured["shown"]
