"""The account's cold starts are measured for every function that the CDK app deploys, at its own size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.account.functions import FUNCTIONS
from cdk_app.stacks.function import SIZES

ROOT = Path(__file__).parents[2]


def test_each_function_is_measured_as_it_is_deployed() -> None:
    assert {one.id: (one.handler, one.memory) for one in FUNCTIONS} == {
        id: (size.handler, size.memory) for id, size in SIZES.items()
    }


@pytest.mark.whole
def test_a_cold_start_is_measured(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    words = ("--quick", "--only", "account-cold-sweep", "--json", str(out))
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks", *words), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = {one["series"]: one["variants"] for one in json.loads(out.read_text())["results"]}
    assert set(results) == {"init", "first"}
    assert all(value > 0 for value in results["init"]["outrider"]["values"])
