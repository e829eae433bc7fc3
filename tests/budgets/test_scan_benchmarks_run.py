"""The scanner's benchmarks work on what a quick run makes. No time is asserted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parents[2]
NAMES = (
    *("scan-image-plain", "scan-image-gzip", "scan-image-zstd", "scan-unchanged", "scan-changed"),
    *("scan-millions", "scan-function", "scan-matching", "scan-secrets", "rematch"),
)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A quick run of all of them."""
    build = [sys.executable, str(ROOT / "native" / "build.py")]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    out = tmp_path_factory.mktemp("benchmarks") / "figures.json"
    words = ("--quick", "--only", ",".join(NAMES), "--json", str(out))
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks", *words), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures: dict[str, Any] = json.loads(out.read_text())
    return figures | {"shown": done.stdout}


def values(measured: dict[str, Any], benchmark: str) -> dict[str, float]:
    """Series → our first number."""
    found = [one for one in measured["results"] if one["benchmark"] == benchmark]
    return {one["series"]: one["variants"]["outrider"]["values"][0] for one in found}


@pytest.mark.parametrize("name", NAMES)
def test_each_gives_numbers(name: str, measured: dict[str, Any]) -> None:
    found = values(measured, name)
    assert found
    assert all(value > 0 for value in found.values())


def test_an_unchanged_image_is_one_request(measured: dict[str, Any]) -> None:
    assert values(measured, "scan-unchanged")["requests"] == 1


def test_of_a_changed_image_one_layer_is_fetched(measured: dict[str, Any]) -> None:
    assert values(measured, "scan-changed")["layers"] == 1


def test_a_tenth_of_the_packages_has_findings(measured: dict[str, Any]) -> None:
    assert values(measured, "scan-matching")["found"] == 20 * 4


def test_new_advisories_reach_most_images(measured: dict[str, Any]) -> None:
    found = values(measured, "rematch")
    assert 5_000 < found["artifacts"] <= 10_000
    assert found["told"] > found["artifacts"]


def test_the_promises_are_judged(measured: dict[str, Any]) -> None:
    for words in (
        "never seen",
        "unchanged image",
        "empty files",
        "250 MB",
        "2,000 packages",
        "secrets",
        "500 new advisories",
    ):
        assert words in measured["shown"]
